/** Run with V8's --allow-natives-syntax: whether samples that differ in what there is to tell are of one shape to V8, as JSON. */
import { FlowTables } from "../../src/flow/tables.ts";
import { ClosedFlows } from "../../src/view/closed.ts";
import { fakeSample, NOW_NS } from "../view/fake_sample.ts";

const hasSameMap = new Function("a", "b", "return %HaveSameMap(a, b)") as (a: object, b: object) => boolean;
const closed = new ClosedFlows(), tables = new FlowTables();
const at = (seconds: number, ended: boolean) =>
  closed.join(fakeSample([{ closed: ended }], { timeNs: NOW_NS + seconds * 1e9 }), null);
const shown = [at(0, true), at(1, false), at(9, false)], sent = [tables.takeSample(), tables.takeSample(null, null, 5)];

console.log(JSON.stringify({
  behind: shown.map(({ pastFrom }) => pastFrom ?? null),
  rooms: sent.map(({ room }) => room),
  same: [...shown.map((sample) => hasSameMap(sample, shown[0])), hasSameMap(sent[0], sent[1])],
}));
