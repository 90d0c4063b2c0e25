import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { ClosedFlows } from "../../src/view/closed.ts";
import { columnById } from "../../src/view/column.ts";
import { flowId } from "../../src/flow/row.ts";
import { processName } from "../../src/view/flow.ts";
import { fakeSample, NOW_NS } from "./fake_sample.ts";

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
