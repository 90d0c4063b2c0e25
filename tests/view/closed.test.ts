import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { ClosedFlows } from "../../src/view/closed.ts";
import { columnById } from "../../src/view/column.ts";
import { flowId, processName } from "../../src/view/flow.ts";
import { fakeSample, NOW_NS } from "./fake_sample.ts";

const at = (seconds: number) => ({ number: 1 + seconds, timeNs: NOW_NS + seconds * 1e9 });

Deno.test("ClosedFlows.join() keeps a flow that has ended for 5 s, with its final counts", () => {
  const closed = new ClosedFlows();
  const first = fakeSample(
    [{ cookie: 1 }, { cookie: 2, process: "gone", rxDelta: 500, rx: 1009, closed: true }],
    at(0),
  );
  strictEqual(closed.join(first), first);
  const second = closed.join(fakeSample([{ cookie: 1 }], { ...at(1), intervalMs: 2000 }));
  deepStrictEqual([second.length, second.pastFrom], [2, 1]);
  strictEqual(flowId(second.flows, 1), flowId(first.flows, 1));
  strictEqual(processName(second, 1), "gone");
  strictEqual(columnById("rx/s")!.text(second, 1), "0 B/s");
  strictEqual(columnById("rx")!.text(second, 1), "0.99 KiB");
  strictEqual(closed.join(fakeSample([{ cookie: 1 }], at(5))).length, 2);
  strictEqual(closed.join(fakeSample([{ cookie: 1 }], at(6))).length, 1);
});
