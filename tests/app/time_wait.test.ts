import { strictEqual } from "node:assert/strict";
import { timeWaits } from "../../src/app/time_wait.ts";
import { fakeSample } from "../view/fake_sample.ts";

Deno.test("timeWaits() adds up our own namespace and each other one that has flows, once", () => {
  const { flows, length } = fakeSample([{ pid: 7 }, { pid: 8 }, { pid: 9 }, { pid: 10 }]);
  flows.netns.set([100, 200, 200, 300]);
  const counts = new Map([[0, 5], [7, 5], [9, 11], [10, 2]]);
  const namespaces = (own: number) => ({ own, timeWaits: (pid: number) => counts.get(pid) ?? null });
  strictEqual(timeWaits(flows, length, namespaces(100)), 18);
  strictEqual(timeWaits(flows, length, namespaces(0)), null);
  counts.delete(10);
  strictEqual(timeWaits(flows, length, namespaces(100)), null, "one that is not known makes no sum");
});
