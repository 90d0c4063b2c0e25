import { deepStrictEqual } from "node:assert/strict";
import { Feed } from "../support/feed.ts";
import { ended, live, tick } from "../support/records.ts";

Deno.test("TcpTable.close() has the last word on bytes, and a delta is never below 0", () => {
  const feed = new Feed();
  feed.sample(tick(500));
  feed.sample(live({ rxBytes: 1014, txBytes: 7 }), tick(1500));
  const { flows } = feed.sample(ended({ rxBytes: 1013, txBytes: 9 }), tick(6000));
  deepStrictEqual([flows.rxBytes[0], flows.txBytes[0], flows.rxDelta[0], flows.txDelta[0]], [1013, 9, 0, 2]);
});
