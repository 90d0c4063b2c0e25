import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { Child, childEnvironment } from "../../../src/source/nettop/child.ts";

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
