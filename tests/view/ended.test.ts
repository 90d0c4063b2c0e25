import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { Unknown } from "../../src/flow/columns.ts";
import { groupFacts } from "../../src/output/group_facts.ts";
import { columnById, TOTAL_RATE } from "../../src/view/column.ts";
import { EndedFlows } from "../../src/view/ended.ts";
import { compileFilter } from "../../src/view/filter/compile.ts";
import { parseFilter } from "../../src/view/filter/parse.ts";
import { groupLabel, groupRows, groupText } from "../../src/view/group.ts";
import type { Grouping } from "../../src/view/group_key.ts";
import { chosenRows } from "../../src/view/selection.ts";
import { type FakeFlow, fakeSample } from "./fake_sample.ts";

const byRate = { column: TOTAL_RATE, descending: true };
const short = (i: number, more: Partial<FakeFlow> = {}): FakeFlow => ({
  cookie: 1000 + i,
  process: "ab",
  local: ["10.0.0.2", 30000 + i],
  rxDelta: 11,
  txDelta: 7,
  closed: true,
  state: "CLOSED",
  ...more,
});

/** The groups of the last sample, after all of them. */
function groups(samples: readonly (readonly FakeFlow[])[], by: Grouping, filter = "", past = new EndedFlows()) {
  const taken = samples.map((flows, number) => {
    const sample = fakeSample(flows, { number });
    past.take(sample);
    return sample;
  });
  const sample = taken.at(-1)!, ended = past.of(sample), parsed = parseFilter(filter);
  const choice = { filter: parsed && compileFilter(parsed), protocol: null, listeners: false };
  const before = { ended, rows: chosenRows(ended.sample, choice) };
  return { sample, past, list: groupRows(sample, chosenRows(sample, choice), by, byRate, before) };
}

const told = ({ sample, list }: ReturnType<typeof groups>, by: Grouping) =>
  list.map((group) => {
    const { key, flows, closed, ended, rx_bytes, tx_bytes } = groupFacts(sample, group, by);
    return [key, flows, closed, ended, rx_bytes, tx_bytes];
  });

Deno.test("EndedFlows counts each flow once, and what ended in this sample with the sample", () => {
  const big: FakeFlow = { cookie: 1, process: "big", rx: 500, rxDelta: 500 };
  const many = (from: number) => Array.from({ length: 101 }, (_, i) => short(from + i));
  const got = groups([[big, ...many(0)], [big, ...many(101)], [big, ...many(202)]], "process");
  deepStrictEqual(told(got, "process"), [["ab", 101, 101, 202, 303 * 11, 303 * 7], ["big", 1, 0, 0, 500, 0]]);
  strictEqual(groupLabel(got.sample, got.list[0]), "ab (101 +202)");
  strictEqual(groupText(got.sample, got.list[0], columnById("rx")!), "3.25 KiB");
  strictEqual(groupText(got.sample, got.list[0], columnById("rx/s")!), "1.08 KiB/s");
});

Deno.test("EndedFlows has groups of flows that have all ended, by whatever they are grouped, and in filters", () => {
  const first = [
    short(1),
    short(2, { remote: ["9.9.9.9", 53] }),
    short(3, { direction: "in", local: ["10.0.0.2", 80], remote: ["8.8.8.8", 40000] }),
  ];
  const keys = (by: Grouping, filter = "") => told(groups([first, []], by, filter), by).map(([key, , , n]) => [key, n]);
  deepStrictEqual(keys("process"), [["ab", 3]]);
  deepStrictEqual(keys("remote").sort(), [["1.1.1.1", 1], ["8.8.8.8", 1], ["9.9.9.9", 1]]);
  deepStrictEqual(keys("port").sort(), [["443/tcp", 1], ["53/tcp", 1], ["80/tcp", 1]]);
  deepStrictEqual(keys("process", "remote:9.9.9.9"), [["ab", 1]]);
  deepStrictEqual(keys("process", "user:ann port:80"), [["ab", 1]]);
  deepStrictEqual(keys("process", "other"), []);
  const { sample, list } = groups([first, []], "process");
  strictEqual(groupText(sample, list[0], columnById("user")!), "ann");
  strictEqual(groupText(sample, list[0], columnById("rtt")!), "-");
  strictEqual(groupText(sample, list[0], columnById("local")!), "-");
});

Deno.test("EndedFlows does not make up figures that are not known", () => {
  const got = groups([[short(1, { unknown: Unknown.bytes }), short(2, { process: "known" })], []], "process");
  deepStrictEqual(told(got, "process"), [["known", 0, 0, 1, 11, 7], ["ab", 0, 0, 1, null, null]]);
});

Deno.test("EndedFlows stays small, counts on by process where there are too many peers, and says so", () => {
  const past = new EndedFlows(), all = 12_000;
  const peers = Array.from({ length: all }, (_, i) => short(i, { remote: [`10.1.${i >> 8}.${i & 255}`, 443] }));
  const got = groups([peers, []], "process", "", past);
  deepStrictEqual(told(got, "process"), [["ab", 0, 0, all, all * 11, all * 7]]);
  const [note] = past.notes();
  strictEqual(note.code, "ended_merged");
  strictEqual(note.message.startsWith("3,808 flows that have ended are counted by process and container alone"), true);
  strictEqual(groups([[]], "remote", "", past).list.length, 8192);
});

Deno.test("EndedFlows has no group for what a filter leaves of a sample whose flows have just ended", () => {
  deepStrictEqual(told(groups([[short(1)]], "process", "rx<5"), "process"), []);
  deepStrictEqual(told(groups([[short(1)], []], "process"), "process").length, 1);
});

Deno.test("EndedFlows keeps apart what differs in one column, or in the name of its process", () => {
  const odd: Partial<FakeFlow>[] = [
    {},
    { process: "other" },
    { local: ["10.0.0.3", 1] },
    { remote: ["10.0.0.3", 443] },
    { remote: ["1.1.1.1", 444] },
    { uid: 7 },
    { direction: "in", local: ["10.0.0.2", 80] },
    { protocol: "udp" },
  ];
  const flows = [...odd, ...odd, ...odd].map((more, i) => short(i, more)), past = new EndedFlows();
  const processes = new Map([[4321, "named"]]);
  past.take(fakeSample([...flows, short(99, { pid: 4321 }), short(100, { pid: 4321 })], { processes }));
  const sample = fakeSample([]);
  past.take(sample);
  deepStrictEqual([...past.of(sample).counts.subarray(0, 9)], [...odd.map(() => 3), 2]);
});

Deno.test("EndedFlows stands still in a copy", () => {
  const { past, sample } = groups([[short(1)], []], "process");
  const copy = past.copy();
  groups([[short(2)], [short(3)], []], "process", "", past);
  strictEqual([...copy.of(sample).counts].reduce((sum, n) => sum + n, 0), 1);
  strictEqual([...past.of(sample).counts.subarray(0, 1)][0], 3);
});

Deno.test("EndedFlows says how much of a recording was passed over, and nothing where all was played", () => {
  const past = new EndedFlows(), at = (number: number) => ({ number, wallMs: 1e12 + number * 1000, intervalMs: 1000 });
  for (const number of [3, 4, 5]) past.take(fakeSample([], at(number)));
  deepStrictEqual(past.notes(), []);
  past.take(fakeSample([], at(308)));
  past.take(fakeSample([], at(309)));
  const [note] = past.notes();
  strictEqual(
    note.message,
    "what ended in 5m02s of the recording, which were passed over, is in no group",
  );
  deepStrictEqual(past.copy().notes(), [note]);
});
