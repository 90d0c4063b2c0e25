import { match, strictEqual } from "node:assert/strict";
import { errnoText } from "../../src/system/errno.ts";
import { Errno } from "../../src/wire/errno.ts";

Deno.test("errnoText() has the name and the words", () => {
  strictEqual(errnoText(Errno.E2BIG), "E2BIG, argument list too long");
  strictEqual(errnoText(Errno.EACCES), "EACCES, permission denied");
  strictEqual(errnoText(9999), "error 9999");
});

Deno.test("errnoText() agrees with this machine's C library", async () => {
  const { stdout } = await new Deno.Command("clang", {
    args: ["-E", "-dM", "-include", "errno.h", "-x", "c", "/dev/null"],
  }).output();
  const defined = [...new TextDecoder().decode(stdout).matchAll(/^#define (E\w+) (\d+)$/gm)];
  strictEqual(defined.length > 100, true);
  for (const [, name, number] of defined) match(errnoText(Number(number)), new RegExp(`^${name}, `));
});
