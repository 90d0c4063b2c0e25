import { notStrictEqual, strictEqual } from "node:assert/strict";
import { SshChild } from "../../../src/source/ssh/child.ts";

/** Field 5 of proc(5)'s stat; the name, in parentheses, may hold anything. */
const groupOf = (stat: string) => stat.slice(stat.lastIndexOf(")") + 2).split(" ")[2];

Deno.test("SshChild is in a process group of its own: ^C, which ends tcptop, leaves what hosts have done last to be told", async () => {
  const folder = Deno.makeTempDirSync(), path = Deno.env.get("PATH")!;
  Deno.writeTextFileSync(`${folder}/ssh`, "#!/bin/sh\nexec cat /proc/self/stat\n", { mode: 0o755 });
  Deno.env.set("PATH", `${folder}:${path}`);
  try {
    const child = new SshChild("db1", { intervalMs: 1000, source: "auto" }), buffer = new Uint8Array(4096);
    const bytes = await child.read(buffer) ?? 0, stat = new TextDecoder().decode(buffer.subarray(0, bytes));
    notStrictEqual(groupOf(stat), groupOf(Deno.readTextFileSync("/proc/self/stat")));
    strictEqual((await child.stop()).code, 0);
  } finally {
    Deno.env.set("PATH", path);
    Deno.removeSync(folder, { recursive: true });
  }
});
