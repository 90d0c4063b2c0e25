import { deepStrictEqual, notStrictEqual, strictEqual } from "node:assert/strict";
import { SshChild } from "../../../src/source/ssh/child.ts";
import { within } from "../../support/lines.ts";

/** Field 5 of proc(5)'s stat; the name, in parentheses, may hold anything. */
const groupOf = (stat: string) => stat.slice(stat.lastIndexOf(")") + 2).split(" ")[2];

/** `ssh` in the place of the system's. */
async function inPlaceOfSsh(ssh: string, what: (child: SshChild) => Promise<void>): Promise<void> {
  const folder = Deno.makeTempDirSync(), path = Deno.env.get("PATH")!;
  Deno.writeTextFileSync(`${folder}/ssh`, `#!/bin/sh\n${ssh}\n`, { mode: 0o755 });
  Deno.env.set("PATH", `${folder}:${path}`);
  try {
    await what(new SshChild("db1", { intervalMs: 1000, source: "auto" }));
  } finally {
    Deno.env.set("PATH", path);
    Deno.removeSync(folder, { recursive: true });
  }
}

async function textFrom(child: SshChild): Promise<string> {
  const buffer = new Uint8Array(4096), bytes = await child.read(buffer) ?? 0;
  return new TextDecoder().decode(buffer.subarray(0, bytes));
}

Deno.test("SshChild is in a process group of its own: ^C, which ends tcptop, leaves what hosts have done last to be told", async () => {
  await inPlaceOfSsh("exec cat /proc/self/stat", async (child) => {
    notStrictEqual(groupOf(await textFrom(child)), groupOf(Deno.readTextFileSync("/proc/self/stat")));
    strictEqual((await child.ended(20_000))?.code, 0);
    await child.stop();
  });
});

Deno.test("SshChild ends with ssh, and says what it has said, though a process that ssh has left behind holds its standard error open", async () => {
  await inPlaceOfSsh("echo said >&2; sleep 1000 >/dev/null & echo $!; exec sleep 1000", async (child) => {
    const left = parseInt(await textFrom(child));
    try {
      deepStrictEqual((await within(20, "the end", child.stop())).stderr, "said\n");
      Deno.kill(left, "SIGCONT");
    } finally {
      Deno.kill(left, "SIGKILL");
    }
  });
});
