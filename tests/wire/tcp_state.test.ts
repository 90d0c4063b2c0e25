import { deepStrictEqual } from "node:assert/strict";
import { TcpState } from "../../src/wire/tcp_state.ts";
import { execute } from "../support/tcptop.ts";

Deno.test("TcpState has the numbers that the C library has", async () => {
  const names = Object.keys(TcpState), folder = await Deno.makeTempDir();
  try {
    const lines = names.map((name) => `printf("%d ", TCP_${name});`).join(" ");
    const program = `#include <netinet/tcp.h>\n#include <stdio.h>\nint main(void) { ${lines} }\n`;
    await Deno.writeTextFile(`${folder}/print.c`, program);
    const built = await execute(["clang", "-o", `${folder}/print`, `${folder}/print.c`]);
    if (built.code !== 0) throw new Error(built.stderr);
    const numbers = (await execute([`${folder}/print`])).stdout.trim().split(" ").map(Number);
    deepStrictEqual(Object.fromEntries(names.map((name, i) => [name, numbers[i]])), { ...TcpState });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
