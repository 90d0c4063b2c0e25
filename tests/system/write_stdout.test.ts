import { deepStrictEqual, strictEqual } from "node:assert/strict";

const MODULE = new URL("../../src/system/write_stdout.ts", import.meta.url).href;
const LINES = 40_000;

/** What a program writes whose standard output does not wait for us. */
const PROGRAM = `
import { writeStdout } from "${MODULE}";
const { symbols } = Deno.dlopen("libc.so.6", { fcntl: { parameters: ["i32", "i32", "i32"], result: "i32" } });
const flags = symbols.fcntl(1, 3, 0);
symbols.fcntl(1, 4, flags | 0o4000);
const encoder = new TextEncoder();
async function write(text) {
  const bytes = encoder.encode(text);
  for (let at = 0; at < bytes.length;) at += await writeStdout(bytes.subarray(at));
}
let text = "";
for (let line = 0; line < ${LINES}; line++) {
  text += "line " + line + "\\n";
  if (line % 997 === 0) { await write(text + "a part of "); text = ""; }
}
await write(text);
try {
  for (;;) await write("and so on\\n".repeat(1000));
} catch (error) {
  console.error(error instanceof Deno.errors.BrokenPipe);
}
`;

function expected(): string {
  return Array.from({ length: LINES }, (_, line) => `line ${line}\n${line % 997 === 0 ? "a part of " : ""}`).join("");
}

Deno.test("writeStdout() waits for a reader where writes do not, loses and repeats nothing, and hears that it has gone", async () => {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-lock", "--ext=ts", PROGRAM],
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader(), whole = expected();
  let text = "";
  while (text.length < whole.length) text += (await reader.read()).value ?? "";
  strictEqual(text.slice(0, whole.length), whole);
  await reader.cancel();
  const errors = await new Response(child.stderr).text();
  deepStrictEqual([errors, (await child.status).code], ["true\n", 0]);
});
