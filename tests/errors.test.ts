import { strictEqual } from "node:assert/strict";
import { errorText, ExitStatus, TcptopError } from "../src/errors.ts";

Deno.test("errorText tells our own sentences as they are, and of anything else that it is an error of ours", () => {
  strictEqual(errorText(new TcptopError("No such file", ExitStatus.usage)), "No such file");
  strictEqual(errorText("odd"), "Stopped by an error of its own: odd. TCPTOP_DEBUG=1 shows more");
});

Deno.test("errorText says what to do where Deno found no descriptor for a module", () => {
  const error = new TypeError(
    "Import 'file:///src/main.ts' failed.\n    0: Too many open files (os error 24)\n    at main.ts:1:1",
  );
  strictEqual(errorText(error), "Cannot go on: out of file descriptors. Raise the limit: ulimit -n 1024");
});
