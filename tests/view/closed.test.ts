import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { packFlows, unpackFlows } from "../../src/flow/columns.ts";
import { ClosedFlows } from "../../src/view/closed.ts";
import { columnById } from "../../src/view/column.ts";
import { flowId } from "../../src/flow/row.ts";
import { processName } from "../../src/view/flow.ts";
import { LentFlows } from "../../src/view/lent_flows.ts";
import { type FakeFlow, fakeSample, NOW_NS } from "./fake_sample.ts";

const at = (seconds: number) => ({ number: 1 + seconds, timeNs: NOW_NS + seconds * 1e9 });

Deno.test("ClosedFlows.join() keeps a flow that has ended for 5 s, with its final counts", () => {
  const closed = new ClosedFlows();
  const first = fakeSample(
    [{ cookie: 1 }, { cookie: 2, process: "gone", rxDelta: 500, rx: 1009, closed: true }],
    at(0),
  );
  const joined = closed.join(first, null);
  deepStrictEqual([joined.length, joined.pastFrom, joined.flows.rxBytes[1]], [2, undefined, 1009]);
  const second = closed.join(fakeSample([{ cookie: 1 }], { ...at(1), intervalMs: 2000 }), joined);
  deepStrictEqual([second.length, second.pastFrom], [2, 1]);
  strictEqual(flowId(second.flows, 1), flowId(first.flows, 1));
  strictEqual(processName(second, 1), "gone");
  strictEqual(columnById("rx/s")!.text(second, 1), "0 B/s");
  strictEqual(columnById("rx")!.text(second, 1), "0.99 KiB");
  strictEqual(closed.join(fakeSample([{ cookie: 1 }], at(5)), second).length, 2);
  strictEqual(closed.join(fakeSample([{ cookie: 1 }], at(6)), null).length, 1);
});

Deno.test("ClosedFlows.join() leaves the sample that is shown alone, and uses the memory of the others again", () => {
  const closed = new ClosedFlows(), next = (rx: number) => fakeSample([{ cookie: rx, rx }], at(rx));
  const shown = closed.join(next(1), null);
  const others = [2, 3, 4].map((rx) => closed.join(next(rx), shown));
  strictEqual(shown.flows.rxBytes[0], 1);
  strictEqual(others.at(-1)!.flows.rxBytes[0], 4);
  strictEqual(new Set(others.map(({ flows }) => flows.rxBytes.buffer)).size, 1);
});

/** A sample as it comes from the Worker, whose memory is lent. */
function lentSample(flows: readonly FakeFlow[], seconds: number, room: number) {
  const sample = fakeSample(flows, at(seconds));
  const buffer = packFlows([{ length: sample.length, arrays: sample.flows }], null, room);
  return {
    sample: { ...sample, flows: unpackFlows(buffer, sample.length, room) },
    lent: new LentFlows(buffer, room),
  };
}

Deno.test("ClosedFlows.join() puts what has ended into lent memory, and gives back what nobody looks at", () => {
  const closed = new ClosedFlows(), one = (rx: number): FakeFlow => ({ cookie: rx, rx, closed: true });
  const first = lentSample([one(1), { cookie: 9 }], 0, 0), a = closed.join(first.sample, null, first.lent);
  strictEqual(a.flows.rxBytes.buffer, first.lent.buffer);
  deepStrictEqual([first.lent.back, first.lent.wanted], [null, 1]);
  const second = lentSample([one(2), { cookie: 9 }], 1, 1), b = closed.join(second.sample, a, second.lent);
  deepStrictEqual([second.lent.back, second.lent.wanted], [null, 2]);
  deepStrictEqual([...b.flows.rxBytes], [2, 0, 1]);
  deepStrictEqual([b.pastFrom, processName(b, 2)], [2, processName(b, 1)]);
  const third = lentSample([one(3)], 2, 5), c = closed.join(third.sample, b, third.lent);
  strictEqual(third.lent.back, first.lent.buffer);
  deepStrictEqual([...c.flows.rxBytes], [3, 1, 2]);
  // While b is shown, what came after it makes room for what comes.
  const fourth = lentSample([], 3, 9), d = closed.join(fourth.sample, b, fourth.lent);
  strictEqual(fourth.lent.back, third.lent.buffer);
  deepStrictEqual([[...d.flows.rxBytes], [...b.flows.rxBytes]], [[1, 2, 3], [2, 0, 1]]);
});

Deno.test("ClosedFlows.join() copies a lent sample that has no room for what has ended", () => {
  const closed = new ClosedFlows();
  const first = lentSample([{ cookie: 1, rx: 1, closed: true }, { cookie: 2, rx: 2, closed: true }], 0, 0);
  const a = closed.join(first.sample, null, first.lent), second = lentSample([{ cookie: 3, rx: 3 }], 1, 1);
  const b = closed.join(second.sample, a, second.lent);
  strictEqual(second.lent.back, second.lent.buffer);
  strictEqual(second.lent.wanted, 2);
  deepStrictEqual([...b.flows.rxBytes], [3, 1, 2]);
});
