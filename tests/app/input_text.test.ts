import { strictEqual, throws } from "node:assert/strict";
import { textOf } from "../../src/app/input_text.ts";
import { TcptopError } from "../../src/errors.ts";

Deno.test("textOf() gives the text of a file as it is, but of none that never ends", () => {
  const path = new URL("../../src/app/input_text.ts", import.meta.url).pathname;
  strictEqual(textOf(path), Deno.readTextFileSync(path));
  throws(() => textOf("/dev/zero"), new TcptopError("Cannot read /dev/zero: it is longer than 64 MiB", 1));
  throws(() => textOf("/no/such/file"), /^TcptopError: Cannot read \/no\/such\/file: there is no such file$/);
});
