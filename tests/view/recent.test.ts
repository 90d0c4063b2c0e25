import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { RECENT_S, RecentLog, RecentRates } from "../../src/view/screen/recent.ts";
import { type FakeFlow, fakeSample } from "./fake_sample.ts";

const S = 1e9, BEGIN = 1_000_000 * S;

/** After a sample a second, or `intervalMs`, each with these flows. */
function after(samples: readonly (readonly FakeFlow[])[], intervalMs = 1000, recent = new RecentRates(), from = 0) {
  const take = (flows: readonly FakeFlow[], i: number) => {
    const timeNs = BEGIN + (from + i + 1) * intervalMs * 1e6;
    const sample = fakeSample([...flows], { number: i + 1, timeNs, intervalMs });
    recent.add(sample);
    return sample;
  };
  const sample = samples.map(take).at(-1)!;
  return { recent, sample, bars: (row: number, cells: number) => recent.bars(sample.flows, row, cells, sample.timeNs) };
}

const flow = (cookie: number, rxDelta: number, txDelta = 0, more: Partial<FakeFlow> = {}): FakeFlow => ({
  cookie,
  rxDelta,
  txDelta,
  ...more,
});

Deno.test("RecentRates has both directions together, second by second", () => {
  const { bars } = after([[flow(7, 100, 1)], [flow(7, 0)], [flow(7, 300, 3)]]);
  deepStrictEqual(bars(0, RECENT_S)!.slice(-3), [101, 0, 303]);
  deepStrictEqual(bars(0, 10)!.length, 10);
  strictEqual(Math.max(...bars(0, 10)!.map((rate) => rate ?? 0)), 303);
});

Deno.test("RecentRates forgets what is older than half a minute, and flows that have not moved since", () => {
  const idle = Array.from({ length: RECENT_S - 1 }, () => [flow(7, 0), flow(8, 5)]);
  const { recent, bars } = after([[flow(7, 999), flow(8, 5)], ...idle]);
  strictEqual(bars(0, RECENT_S)![0], 999);
  const later = after([[flow(7, 0), flow(8, 5)]], 1000, recent, RECENT_S);
  strictEqual(later.bars(0, RECENT_S)!.includes(999), false);
  const long = after(Array.from({ length: 40 }, () => [flow(7, 0), flow(8, 5)]), 1000, recent, RECENT_S + 1);
  strictEqual(long.bars(0, RECENT_S), null);
  deepStrictEqual(long.bars(1, RECENT_S), new Array(RECENT_S).fill(5));
});

Deno.test("RecentRates spreads a sample over the seconds that it covers, and takes the highest of several in one", () => {
  const long = after([[flow(7, 1000)], [flow(7, 2000)]], 5000);
  deepStrictEqual(long.bars(0, RECENT_S)!.slice(-10), [200, 200, 200, 200, 200, 400, 400, 400, 400, 400]);
  const short = after([1, 2, 3, 4, 5, 6, 7].map((n) => [flow(7, n)]), 200);
  deepStrictEqual(short.bars(0, RECENT_S)!.slice(-2), [20, 35]);
});

Deno.test("RecentRates tells flows of one socket apart, and gives none to what it met at its end", () => {
  const udp = (port: number, rxDelta: number) =>
    flow(7, rxDelta, 0, { protocol: "udp", remote: ["192.0.2.1", port], ageMs: 5000 });
  const { bars } = after([[udp(53, 10), udp(54, 20), flow(9, 30, 0, { closed: true })]]);
  strictEqual(bars(0, 30)!.at(-1), 10);
  strictEqual(bars(1, 30)!.at(-1), 20);
  strictEqual(bars(2, 30), null);
});

Deno.test("RecentRates keeps its place for what comes, and a copy stands still", () => {
  const many = (n: number, delta: number) => Array.from({ length: n }, (_, i) => flow(i + 1, delta + i));
  const { recent, sample, bars } = after([many(3000, 1), many(3000, 2)]);
  for (const row of [0, 1, 1499, 2999]) deepStrictEqual(bars(row, 30)!.slice(-2), [row + 1, row + 2]);
  const copy = recent.copy();
  after([many(10, 77)], 1000, recent, 2);
  deepStrictEqual(copy.bars(sample.flows, 5, 30, sample.timeNs)!.slice(-2), [6, 7]);
});

Deno.test("RecentRates begins anew where time goes back", () => {
  const { recent } = after([[flow(7, 5)], [flow(7, 6)]], 1000, new RecentRates(), 100);
  const { bars } = after([[flow(7, 1)]], 1000, recent);
  deepStrictEqual(bars(0, 30)!.filter((rate) => rate), [1]);
});

Deno.test("RecentLog has the rates of any moment that it reaches back to, as they were then", () => {
  const log = new RecentLog(60 * S), recent = new RecentRates(), was: (readonly (number | null)[] | null)[] = [];
  const rate = (i: number, cookie: number) => i * 7919 % (cookie + 2) === 0 ? 0 : i * 31 % 101 + cookie;
  const samples = Array.from(
    { length: 90 },
    (_, i) =>
      fakeSample([1, 2, 3].map((cookie) => flow(cookie, rate(i, cookie), 0, { closed: cookie === 3 })), {
        number: i + 1,
        timeNs: BEGIN + (i + 1) * 1.3 * S,
        intervalMs: 1300,
      }),
  );
  for (const sample of samples) {
    recent.add(sample, log);
    was.push(recent.bars(sample.flows, 0, 15, sample.timeNs));
  }
  // 60 s are 46 of these; the first half minute before the oldest of them has gone.
  for (let i = 89; i > 89 - 46 + 24; i--) {
    const { flows, timeNs } = samples[i], then = log.at(timeNs)!;
    deepStrictEqual(then.bars(flows, 0, 15, timeNs), was[i], `sample ${i}`);
    strictEqual(then.bars(flows, 2, 15, timeNs), null);
  }
  strictEqual(log.at(samples[20].timeNs), null);
  strictEqual(log.at(samples[80].timeNs + 1), null);
  recent.add({ ...samples[0], number: 100 }, log);
  strictEqual(log.at(samples[80].timeNs), null);
});

Deno.test("RecentLog forgets the oldest samples where there is too much", () => {
  const log = new RecentLog(1e6 * S), many = 30_000;
  for (let i = 0; i < 20; i++) {
    log.begin((i + 1) * S, i + 1, i + 1);
    for (let at = 0; at < many; at++) log.add(at, 1, i + 1);
  }
  strictEqual(log.at(5 * S), null);
  const { flows } = fakeSample([flow(7, 1)]), rates = log.at(20 * S)!;
  strictEqual(rates.bars(flows, 0, 30, 20 * S), null); // another key
  deepStrictEqual(Array.from({ length: 20 }, (_, i) => log.at((i + 1) * S) !== null).indexOf(true), 12);
});
