import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { Flag, type ReportData } from "../../../src/output/report/data.ts";
import { html } from "../../../src/output/report/html.ts";
import { shownFlows } from "../../../src/output/report/sections.ts";
import { spanText } from "../../../src/output/report/span.ts";
import { Seen } from "../../../src/output/seen.ts";
import { HOSTILE, type MadeFlow, madePage, secondOf } from "./made.ts";

function dataOf(page: string): ReportData {
  return JSON.parse(/<script type="application\/json" id="data">(.*?)<\/script>/s.exec(page)![1]);
}

/** The text of the part of that id. */
function partOf(page: string, id: string): string {
  const part = new RegExp(`<section id="${id}".*?</section>`, "s").exec(page)![0];
  return part.replace(/<[^>]*>/g, " ").replace(/\s+/g, " ").trim();
}

const TWO_SECONDS = [
  secondOf(1, [
    { cookie: 1, process: "curl", remote: ["1.1.1.1", 443], rx: 1001, tx: 77, rxDelta: 1001, began: 250 },
    { cookie: 2, process: "curl", remote: ["1.1.1.2", 80], established: false, closed: true, began: 100, last: 350 },
  ]),
  secondOf(2, [
    { cookie: 1, process: "curl", remote: ["1.1.1.1", 443], rx: 3003, tx: 77, rxDelta: 2002, began: 250 },
    { cookie: 3, process: "node", remote: ["127.0.0.1", 5432], inside: true, rx: 5, limit: "peer_window", began: 1500 },
  ]),
];

Deno.test("a report of several hosts names them, and not the machine that they are looked at from", async () => {
  const fleet = ["db1", "db2"].map((name) => ({ name, staleSinceMs: null, aheadMs: 0, version: null }));
  const page = (await madePage(TWO_SECONDS.map((sample) => ({ ...sample, fleet })))).replace(/\s+/g, " ");
  match(page, /<title>db1, db2 – tcptop<\/title>/);
  match(page, / on db1, db2<\/p>/);
  match(page, /from what the kernel of db1, db2 told/);
  match(page, /<dt>Inside each host<\/dt>/);
  const ofBoth = TWO_SECONDS.map((sample, i) => {
    const flows = { ...sample.flows, host: new Uint8Array([1, i + 1, 2]) };
    return { ...sample, fleet, flows } as typeof sample;
  });
  const both = await madePage(ofBoth), { texts, connections } = dataOf(both);
  match(partOf(both, "remotes"), /127\.0\.0\.1 127\.0\.0\.1 db2 /);
  deepStrictEqual([...new Set(connections.process.map((i) => texts[i]))].sort(), ["curl@db1", "node@db2"]);
});

Deno.test("a report has each connection once, with its last figures, and the rates", async () => {
  const { texts, rates, connections: c, fromMs, toMs } = dataOf(await madePage(TWO_SECONDS));
  strictEqual(toMs - fromMs, 2000);
  deepStrictEqual(rates.at, [1000, 2000]);
  deepStrictEqual(rates.rx, [1001, 2002]);
  deepStrictEqual(c.peer.map((i) => texts[i]), ["1.1.1.1:443/tcp", "1.1.1.2:80/tcp", "127.0.0.1:5432/tcp"]);
  deepStrictEqual([c.opened, c.lasted, c.rx], [[250, 100, 1500], [1750, 250, 500], [3003, 0, 5]]);
  deepStrictEqual(c.flags, [0, Flag.failed, Flag.inside]);
  deepStrictEqual(c.end.map((i) => texts[i]), ["open", "never established", "open"]);
});

Deno.test("no two labels of the map in a report stand in one place", async () => {
  const remote = (last: number, port: number): Pick<MadeFlow, "remote"> => ({ remote: [`10.0.${last}.1`, port] });
  const flows = [
    // Many to one, one to many, and each to each.
    ...[1, 2, 3, 4].map((i): MadeFlow => ({ process: `to-one-${i}`, ...remote(1, 440 + i) })),
    ...[2, 3, 4].map((i): MadeFlow => ({ process: "from-one", ...remote(i, 443) })),
    ...[5, 6].flatMap((i) => ["a", "b"].map((process): MadeFlow => ({ process, ...remote(i, i) }))),
  ].map((flow, i): MadeFlow => ({ ...flow, rx: 1 << i, local: ["10.9.0.1", 4000 + i] }));
  const page = await madePage([secondOf(1, flows)]);
  const labels = [...page.matchAll(/<text class="(ports(?: end)?)" x="(\d+)" y="([\d.-]+)">([^<]*)</g)].map((
    [, ...of],
  ) => of);
  const places = new Set(labels.map(([, x, y]) => `${x} ${Math.round(Number(y) / 12)}`));
  deepStrictEqual([places.size, labels.length], [labels.length, 9]);
  deepStrictEqual(labels.filter(([side]) => side === "ports").map(([, , , text]) => text).sort(), [
    "441/tcp",
    "442/tcp",
    "443/tcp",
    "444/tcp",
  ]);
});

Deno.test("a report can be read without a script: every part is a table", async () => {
  const page = await madePage(TWO_SECONDS);
  match(partOf(page, "time"), /03:04:07\.000 1\.96 KiB\/s/);
  match(partOf(page, "map"), /curl 1\.1\.1\.0\/24 443\/tcp 80\/tcp 2 1 77 B 2\.93 KiB/);
  match(partOf(page, "processes"), /curl 1\.1\.1\.1, 1\.1\.1\.2 2 1 2\.93 KiB 77 B 100 %/);
  match(
    partOf(page, "remotes"),
    /127\.0\.0\.1 127\.0\.0\.1 this machine 1 5 B 0 B <1 %|127\.0\.0\.1 127\.0\.0\.1 this machine 1 5 B 0 B &lt;1 %/,
  );
  match(partOf(page, "limits"), /peer window 1 1\.00 s 100 %/);
  match(partOf(page, "failures"), /curl 1\.1\.1\.2:80\/tcp never established 1/);
  match(partOf(page, "connections"), /node \d+ 127\.0\.0\.1:5432\/tcp 127\.0\.0\.1 \+1\.50 s 500 ms 5 B 0 B open/);
});

Deno.test("a report says what the policy allows, or that there was none", async () => {
  match(partOf(await madePage(TWO_SECONDS), "verdict"), /Not judged/);
  match(partOf(await madePage(TWO_SECONDS, { judge: () => true }), "verdict"), /Every flow is allowed/);
  const page = await madePage(TWO_SECONDS, { judge: ({ flows }, row) => flows.remotePort[row] !== 443 });
  match(partOf(page, "verdict"), /Not allowed .* curl \d+ 1\.1\.1\.1:443\/tcp/);
  match(page, /1 not allowed/);
  deepStrictEqual(dataOf(page).connections.flags, [Flag.notAllowed, Flag.failed, Flag.inside]);
});

Deno.test("a report of what was not watched to its end says so, and states no verdict but that of what was seen", async () => {
  const page = await madePage(TWO_SECONDS, { judge: () => true, isCut: true });
  match(page, /<li>Watching failed: what came after 2026-01-02 03:04:07 UTC is not known<\/li>/);
  match(page, /Not known<\/dd>\s*<dd class="soft">watching failed/);
  match(partOf(page, "verdict"), /Whether every flow is allowed is not known: watching failed/);
  const refused = await madePage(TWO_SECONDS, { judge: () => false, isCut: true });
  match(partOf(refused, "verdict"), /Not allowed .* curl \d+ 1\.1\.1\.1:443\/tcp/);
});

Deno.test("a report of a command says how it ended", async () => {
  const command = { words: ["npm", "<test>"], status: 3, signal: null, ms: 12_400 };
  const page = await madePage(TWO_SECONDS, { command });
  match(page, /<code>npm &lt;test&gt;<\/code>/);
  match(page, /Ended <span class="bad">with status 3<\/span> after 12s/);
});

Deno.test("a report refers to nothing outside, and lets nothing run but its own script", async () => {
  const page = await madePage(TWO_SECONDS, { script: "void 0;" });
  const [, policy] = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page)!;
  const plain = policy.replaceAll("&#39;", "'");
  match(plain, /^default-src 'none'; script-src 'sha256-[\w+/]{43}='; style-src 'sha256-[\w+/]{43}='; img-src data:;/);
  ok(!plain.includes("unsafe"));
  const references = [...page.matchAll(/\b(?:href|src|action|data|srcset|poster)="([^"]*)"/g)].map(([, to]) => to);
  deepStrictEqual(references.filter((to) => !to.startsWith("#") && to !== "data:,"), []);
  strictEqual(/\son\w+=|\sstyle=|url\(|@import/.test(page.replace(/<script>.*<\/script>/s, "")), false);
});

Deno.test("what processes and name servers say is text", async () => {
  const flows = HOSTILE.map((text, i) => ({
    cookie: i + 1,
    process: text.slice(0, 15),
    name: text,
    remote: [`1.1.1.${i}`, 443] as const,
    began: 10,
  }));
  const page = await madePage([secondOf(1, [...flows, { cookie: 99, name: "\u202eevil\x1b[2J", began: 10 }])], {
    command: { words: [...HOSTILE], status: 0, signal: null, ms: 1 },
  });
  for (const text of HOSTILE) if (/[<>"]/.test(text)) ok(!page.includes(text), text);
  ok(!page.includes("\u202e") && !page.includes("\x1b"));
  strictEqual(page.match(/<script/g)!.length, 2);
  strictEqual(page.match(/<\/script>/g)!.length, 2);
  const { texts } = dataOf(page);
  for (const text of HOSTILE) ok(texts.includes(text), text);
});

Deno.test("spanText() goes over to minutes where seconds are many", () => {
  deepStrictEqual([0.35, 59_900, 60_000, 7_500_000].map(spanText), ["350 µs", "59.9 s", "1m00s", "2h05m"]);
});

Deno.test("html`` escapes what is no markup", () => {
  strictEqual(
    html`<b title="${`"'`}">${"<&>"}${3}${null}${[html`<i>${"x\x07"}</i>`]}</b>`.markup,
    '<b title="&quot;&#39;">&lt;&amp;&gt;3<i>x␇</i></b>',
  );
});

Deno.test("a report keeps what failed and what moved most where there is too much", () => {
  const seen = new Seen(({ length }) => [...Array(length).keys()]);
  seen.add(secondOf(
    1,
    [
      { cookie: 1, rx: 5 },
      { cookie: 2, rx: 7 },
      { cookie: 3, established: false, closed: true },
      { cookie: 4, rx: 9 },
    ].map((flow) => ({ ...flow, began: 1 })),
  ));
  const judged = seen.flows.map((flow) => ({ ...flow, allowed: true }));
  const { shown, left } = shownFlows(judged, 2);
  deepStrictEqual([shown.map(({ rxBytes }) => rxBytes), left], [[0, 9], 2]);
});
