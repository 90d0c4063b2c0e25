import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { withoutOrders, writeError } from "../../src/output/stderr.ts";

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

Deno.test("writeError() goes on where standard error has no room for all, and does not wait", () => {
  const whole = Deno.stderr.writeSync, variable = Deno.env.get, decoder = new TextDecoder();
  let text = "", turn = 0;
  Deno.stderr.writeSync = (bytes) => {
    if (turn++ % 2 === 0) throw new Deno.errors.WouldBlock("EAGAIN");
    text += decoder.decode(bytes.subarray(0, 7));
    return Math.min(7, bytes.length);
  };
  Deno.env.get = () => undefined;
  try {
    writeError("The disk is full");
  } finally {
    Deno.stderr.writeSync = whole;
    Deno.env.get = variable;
  }
  strictEqual(text, "tcptop: The disk is full\n");
});
