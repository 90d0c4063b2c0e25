import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import type { Sample } from "../../src/flow/sample.ts";
import { judgeOf, readPolicy, refusals, refusalSentences } from "../../src/output/policy.ts";
import { Seen } from "../../src/output/seen.ts";
import { MOST_BYTES, type SummaryFacts, summaryMarkdown } from "../../src/output/summary_markdown.ts";
import { TrafficMap } from "../../src/view/map.ts";
import { type FakeFlow, fakeSample } from "../view/fake_sample.ts";

const all = ({ length }: Sample) => [...Array(length).keys()];
const COMMAND = { words: ["npm", "test"], status: 0, signal: null, ms: 12_400 };

interface Asked extends Partial<SummaryFacts> {
  readonly policy?: string;
  readonly sample?: Partial<Sample>;
}

function factsOf(flows: readonly FakeFlow[], { policy, sample: more, ...facts }: Asked = {}): SummaryFacts {
  const sample = fakeSample(flows, more), map = new TrafficMap("both");
  const seen = new Seen(all, policy === undefined ? null : judgeOf(readPolicy("p", policy), false));
  seen.add(sample);
  map.add(sample, all(sample));
  const beganMs = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
  return { seen, graph: map.graph(), beganMs, command: COMMAND, allow: [], inside: false, note: null, ...facts };
}

const linesOf = (facts: SummaryFacts, room = MOST_BYTES) =>
  new TextDecoder().decode(summaryMarkdown(facts, room)!).split("\n");

const FLOWS: readonly FakeFlow[] = [
  { process: "curl", remote: ["1.1.1.1", 443], rx: 10, tx: 3, closed: true },
  { process: "curl", remote: ["1.1.1.1", 443], established: false, closed: true },
  { process: "a|b", pid: 7, remote: ["2001:db8::1", 80], local: ["2001:db8::2", 5], rx: 2048 },
  { process: "node", remote: ["127.0.0.1", 80], inside: true, rx: 7 },
];

Deno.test("summaryMarkdown() has the table of who talked to whom, the verdict, a map, and what is missing", () => {
  const sample = {
    source: { ...fakeSample([]).source, notes: [{ code: "a", message: "It has <no> eyes", remedy: "Mend it" }] },
  };
  const facts = factsOf(FLOWS, { policy: "process=curl", allow: ["allowed.txt", "a`b"], sample });
  deepStrictEqual(linesOf(facts), [
    "## `npm test` ended with status 0 after 12s",
    "",
    "| Process | Peer | Flows | Failed | In | Out |",
    "| --- | --- | --: | --: | --: | --: |",
    "| <code>a&#124;b</code> | `[2001:db8::1]:80/tcp` | 1 | 0 | 2.00 KiB | 0 B |",
    "| `curl` | `1.1.1.1:443/tcp` | 2 | **1** | 10 B | 3 B |",
    "",
    "Never left this machine: 1 flow, in 7 B, out 0 B.",
    "",
    "### Not allowed",
    "",
    "No line of `allowed.txt`, <code>a&#96;b</code> matches:",
    "",
    "- <code>a&#124;b to &#91;2001&#58;db8&#58;&#58;1&#93;&#58;80&#47;tcp</code>: 1 flow by process 7, in 2.00 KiB, out 0 B",
    "",
    "### Who talked to whom",
    "",
    "```mermaid",
    "flowchart LR",
    '  n1["a#124;b"]',
    '  n2(["2001#58;db8#58;#58;1"])',
    '  n3["curl"]',
    '  n4(["1.1.1.1"])',
    '  n5["node"]',
    '  n6[/"127.0.0.1#58;80<br/>on this machine"/]',
    '  n1 -->|"80/tcp, 1 connection<br/>0 B →, 2.00 KiB ←"| n2',
    '  n3 -->|"443/tcp, 2 connections<br/>3 B →, 10 B ←<br/>1 failed"| n4',
    '  n5 -->|"80/tcp, 1 connection<br/>0 B →, 7 B ←"| n6',
    "  linkStyle 1 stroke:#c00,color:#c00",
    "```",
    "",
    "> It has &#60;no&#62; eyes. Mend it",
    "",
  ]);
});

Deno.test("summaryMarkdown() says that everything is allowed, or that nothing was seen", () => {
  const allowed = linesOf(factsOf(FLOWS, { policy: "process:a", allow: ["p"] }));
  ok(!allowed.includes("Every flow that left this machine is one that `p` allows."));
  const every = linesOf(factsOf(FLOWS, { policy: "tcp or udp or not nothing", allow: ["p"] }));
  ok(every.includes("Every flow that left this machine is one that `p` allows."), every.join("\n"));
  deepStrictEqual(linesOf(factsOf([], { command: { ...COMMAND, signal: 15 } })), [
    "## `npm test` ended by signal 15 after 12s",
    "",
    "Nothing left this machine.",
    "",
  ]);
});

Deno.test("summaryMarkdown() of a run without a command says when and where it was", () => {
  strictEqual(
    linesOf(factsOf([], { command: null, beganMs: Date.UTC(2026, 0, 2, 3) }))[0],
    "## Traffic of `h`, 2026-01-02 03:00:00 to 2026-01-02 03:04:05 UTC",
  );
});

Deno.test("summaryMarkdown() of several hosts names them, and not the machine that they are looked at from", () => {
  const fleet = (count: number) =>
    Array.from({ length: count }, (_, i) => ({ name: `db${i}`, staleSinceMs: null, aheadMs: 0, version: null }));
  const of = (count: number, flows: readonly FakeFlow[] = []) =>
    linesOf(factsOf(flows, { command: null, sample: { fleet: fleet(count) }, policy: "tcp", allow: ["p"] }));
  match(of(2)[0], /^## Traffic of `db0, db1`, /);
  match(of(5)[0], /^## Traffic of `db0, db1, db2, db3, db4`, /);
  match(of(6)[0], /^## Traffic of `db0, db1, db2, db3 and 2 more`, /);
  deepStrictEqual(of(1, [{ process: "node", remote: ["127.0.0.1", 80], inside: true, rx: 7 }]).slice(1, 7), [
    "",
    "Nothing left its host.",
    "",
    "Never left its host: 1 flow, in 7 B, out 0 B.",
    "",
    "Every flow that left its host is one that `p` allows.",
  ]);
});

Deno.test("summaryMarkdown() of several hosts tells their processes apart, and policies do", () => {
  const fleet = ["db1", "db2"].map((name) => ({ name, staleSinceMs: null, aheadMs: 0, version: null }));
  const sample = fakeSample([1, 2].map(() => ({ process: "curl", pid: 7, remote: ["1.1.1.1", 443], rx: 10 })), {
    fleet,
  });
  [1, 2].forEach((host, row) => sample.flows.host[row] = host);
  const seen = new Seen(all, judgeOf(readPolicy("p", "nothing"), false));
  seen.add(sample);
  const lines = linesOf({ ...factsOf([]), seen });
  deepStrictEqual(lines.slice(4, 6), [
    "| <code>curl&#64;db1</code> | `1.1.1.1:443/tcp` | 1 | 0 | 10 B | 0 B |",
    "| <code>curl&#64;db2</code> | `1.1.1.1:443/tcp` | 1 | 0 | 10 B | 0 B |",
  ]);
  deepStrictEqual(refusalSentences(refusals(seen)), [
    "Not allowed: curl@db1 to 1.1.1.1:443/tcp: 1 flow by process 7, in 10 B, out 0 B",
    "Not allowed: curl@db2 to 1.1.1.1:443/tcp: 1 flow by process 7, in 10 B, out 0 B",
  ]);
});

Deno.test("summaryMarkdown() has a hundred lines, the rest together, and stays within its room", () => {
  const name = "|".repeat(200),
    names = new Map([...Array(300).keys()].map((i) => [`1.1.${i >> 7}.${i & 127}`, name + i]));
  const flows = [...names.keys()].map((address, i): FakeFlow => ({
    process: "`".repeat(200) + i,
    remote: [address, 443],
    rx: 1000 - i,
  }));
  const facts = factsOf(flows, { sample: { names }, policy: "nothing", allow: ["p"] }),
    whole = summaryMarkdown(facts, MOST_BYTES)!;
  ok(whole.length < MOST_BYTES / 2, `${whole.length}`);
  const lines = linesOf(facts), rows = lines.filter((line) => line.startsWith("| "));
  strictEqual(rows.length, 103);
  strictEqual(rows.at(-1), "| 200 further |  | 200 | 0 | 156 KiB | 0 B |");
  ok(lines.join("\n").split("```mermaid")[1].length < 50_000);
  const shorter = summaryMarkdown(facts, whole.length - 1)!;
  ok(shorter.length < whole.length);
  ok(!new TextDecoder().decode(shorter).includes("mermaid"));
  const shortest = linesOf(facts, shorter.length - 1);
  ok(shortest.includes("Left out, for the summary may have 1 MiB: the map and most of the table."));
  strictEqual(summaryMarkdown(facts, 1000), null);
});

Deno.test("summaryMarkdown() of what was not watched to its end states no verdict but that of what was seen", () => {
  const cut = (flows: readonly FakeFlow[], policy: string) => {
    const facts = factsOf(flows, { policy, allow: ["p"] });
    facts.seen.isCut = true;
    return linesOf(facts);
  };
  deepStrictEqual(cut([], "tcp"), [
    "## `npm test` ended with status 0 after 12s",
    "",
    "**Watching failed&#58; what came after 2026-01-02 03&#58;04&#58;05 UTC is not known.**",
    "",
    "Nothing was seen to leave this machine.",
    "",
    "Whether every flow that left this machine is one that `p` allows is not known: watching failed.",
    "",
  ]);
  const refused = cut(FLOWS, "process=curl");
  ok(
    refused.includes("### Not allowed") && refused.includes("| `curl` | `1.1.1.1:443/tcp` | 2 | **1** | 10 B | 3 B |"),
  );
});
