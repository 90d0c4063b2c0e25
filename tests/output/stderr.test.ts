import { deepStrictEqual } from "node:assert/strict";
import { withoutOrders } from "../../src/output/stderr.ts";

Deno.test("withoutOrders() leaves nothing that a runner of CI obeys, and all else as it is", () => {
  const texts = ["::add-mask::a", "tcptop: a\n  ::error::b", "a ##[set-output name=b]c", "a ::1 b", "  ::1"];
  deepStrictEqual(texts.map(withoutOrders), [
    "\ufffd:add-mask::a",
    "tcptop: a\n  \ufffd:error::b",
    "a #\ufffd[set-output name=b]c",
    "a ::1 b",
    "  \ufffd:1",
  ]);
});
