import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { RECENT_S, RecentRates } from "../../src/view/screen/recent.ts";
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
