import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { Child, childEnvironment, invocations } from "../../../src/source/nettop/child.ts";

/** Runs a shell script until it has ended by itself, or until `enough` of what it wrote. */
async function run(script: string, enough: (text: string) => boolean = () => false) {
  let text = "", changed = () => {};
  const child = new Child(
    ["/bin/sh", "-c", script],
    (chunk) => text += new TextDecoder().decode(chunk),
    () => changed(),
  );
  const startMs = performance.now();
  while (child.end === null && !enough(text)) {
    await new Promise<void>((resolve) => changed = resolve);
  }
  return { child, text: () => text, ms: () => performance.now() - startMs };
}

Deno.test("Child gives what was written, the status, and the first words on standard error", async () => {
  const { child, text } = await run("echo one; echo two; echo wrong >&2; exit 3");
  deepStrictEqual([text(), child.end], ["one\ntwo\n", { code: 3, signal: null, stderr: "wrong\n" }]);
  await child.stop();
});

Deno.test("Child asks the C library for lines, and for numbers with a point", async () => {
  const { text } = await run('echo "$STDBUF1 $LC_ALL"');
  strictEqual(text(), "L C\n");
});

Deno.test("childEnvironment() hands on neither the language, nor buffering, nor the loader's variables", () => {
  const ours = {
    PATH: "/bin",
    HOME: "/root",
    LANG: "de_DE.UTF-8",
    LANGUAGE: "de",
    LC_ALL: "de_DE.UTF-8",
    LC_NUMERIC: "fr_FR.UTF-8",
    STDBUF: "F",
    STDBUF1: "F",
    LD_PRELOAD: "x",
    LD_LIBRARY_PATH: "",
    DYLD_INSERT_LIBRARIES: "x",
  };
  deepStrictEqual(childEnvironment(ours), { PATH: "/bin", HOME: "/root", STDBUF1: "L", LC_ALL: "C", LANG: "C" });
});

Deno.test("Child gives the program that environment and no more, whatever the language of this one", async () => {
  const set = { LC_NUMERIC: "de_DE.UTF-8", DYLD_LIBRARY_PATH: "/nowhere", TCPTOP_OF_TEST: "handed on" };
  for (const [name, value] of Object.entries(set)) Deno.env.set(name, value);
  try {
    const { text } = await run('echo "$LC_NUMERIC|$DYLD_LIBRARY_PATH|$TCPTOP_OF_TEST|$LANG"; printf "%.1f" 1.5');
    strictEqual(text(), "||handed on|C\n1.5");
  } finally {
    for (const name of Object.keys(set)) Deno.env.delete(name);
  }
});

Deno.test("Child keeps standard input open and silent", async () => {
  const { child, text } = await run(
    "echo begun; read line && echo heard || echo ended",
    (text) => text.includes("begun"),
  );
  await new Promise((resolve) => setTimeout(resolve, 100));
  deepStrictEqual([text(), child.end], ["begun\n", null]);
  await child.stop();
});

Deno.test("Child drains standard error, however much there is", async () => {
  const { child, text } = await run("yes error | head -c 300000 >&2; echo done");
  deepStrictEqual([text(), child.end!.stderr.length], ["done\n", 400]);
});

Deno.test("Child.stop() kills one that ignores SIGTERM", async () => {
  const { child } = await run(
    "trap '' TERM; echo begun; while :; do read line; done",
    (text) => text.includes("begun"),
  );
  await child.stop();
  strictEqual(child.end!.signal, "SIGKILL");
});

Deno.test("Child ends with its process, though a grandchild still holds the pipes", async () => {
  const { child, ms } = await run("sleep 3 & exit 0");
  strictEqual(child.end!.code, 0);
  strictEqual(ms() < 2500, true);
});

Deno.test("Child throws when there is no such program", async () => {
  await rejects(async () => void await new Child(["/nowhere/at/all"], () => {}, () => {}).stop(), Deno.errors.NotFound);
});

const all = invocations("/usr/bin/nettop", "/usr/bin/script");

Deno.test("invocations() begins with what tells most, and asks for nothing that is not read", () => {
  const columns = "time,state,bytes_in,bytes_out,packets_in,packets_out,rtt_avg";
  deepStrictEqual(all[0].command, ["/usr/bin/nettop", "-n", "-x", "-L", "0", "-s", "1", "-J", columns]);
  strictEqual(all[0].note, null);
  for (const { command } of all) strictEqual(/interface|rx_dupe|rx_ooo|re-tx/.test(command.join()), false);
});

Deno.test("invocations() never lets names be looked up, nor asks for differences or for processes alone", () => {
  for (const { command } of all) {
    strictEqual(command.includes("-n"), true);
    strictEqual(command.includes("-d") || command.includes("-P"), false);
  }
});

Deno.test("invocations() says of every invocation but the first what is amiss", () => {
  strictEqual(all.slice(1).every(({ note }) => note !== null), true);
});
