import { strictEqual } from "node:assert/strict";
import { manText } from "../../src/cli.ts";

const PAGE = new URL("../../man/tcptop.1", import.meta.url);

Deno.test("man/tcptop.1 is made of the options that the parser knows", async () => {
  strictEqual(await Deno.readTextFile(PAGE) === manText(), true, "man/tcptop.1 is stale: run deno task generate");
});

Deno.test("man/tcptop.1 is free of warnings in mandoc and in man", async () => {
  for (const line of ["mandoc -Tlint", "man --warnings -l"]) {
    const [command, ...args] = [...line.split(" "), PAGE.pathname];
    const { code, stderr, stdout } = await new Deno.Command(command, { args, env: { MANWIDTH: "80" } }).output();
    const said = new TextDecoder().decode(stderr) + (command === "mandoc" ? new TextDecoder().decode(stdout) : "");
    strictEqual(`${code} ${said}`, "0 ", line);
  }
});
