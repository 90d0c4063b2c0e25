import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { Invocation } from "../../../src/source/nettop/child.ts";
import type { Frame } from "../../../src/source/nettop/frames.ts";
import { Run } from "../../../src/source/nettop/run.ts";
import { FAST } from "./fake.ts";
import { HEADER, process, row } from "./rows.ts";

const TABLE = [HEADER, process("curl", 7), row("tcp4 192.0.2.1:50000<->198.51.100.1:443", "Established", 11, 13)];

/** Runs a shell script as nettop until the run is over. */
async function run(script: string, writes: Invocation["writes"] = "log", path = "/bin/sh") {
  const frames: Frame[] = [], command = [path, "-c", script, ...TABLE];
  const invocation = { note: null, command, writes, hasTerminal: false };
  const numbers = { before: 40, preliminary: 41 };
  const of = new Run(invocation, numbers, FAST, () => performance.now(), (frame) => frames.push(frame), () => {});
  while (!of.isOver()) await new Promise((resolve) => setTimeout(resolve, 10));
  await of.stop();
  return { of, frames: frames.map(({ number, rows, isWhole }) => [number, rows.length, isWhole]) };
}

const PRINT_TABLE = 'printf "%s\\n" "$0" "$@"';

Deno.test("Run takes a sample for whole when the child has ended with status 0, and a log not", async () => {
  deepStrictEqual((await run(PRINT_TABLE, "sample")).frames, [[41, 1, true]]);
  deepStrictEqual((await run(PRINT_TABLE)).frames, []);
  deepStrictEqual((await run(`${PRINT_TABLE}; exit 3`, "sample")).frames, []);
  deepStrictEqual((await run('printf "%s\\n" "$0" "$@"; printf 12:00', "sample")).frames, []);
});

Deno.test("Run.describe() says how it ended, and quotes what was no table", async () => {
  const why = async (script: string, path?: string) => (await run(script, "log", path)).of.describe();
  strictEqual(await why("echo 'usage: \u001b[31mnettop'; exit 7"), 'ended with status 7, saying "usage: ?[31mnettop"');
  strictEqual(await why("echo 'no such column' >&2; exit 1"), 'ended with status 1, saying "no such column"');
  strictEqual(await why(`${PRINT_TABLE}; sleep 5`), "fell silent within 1 s");
  strictEqual(await why("", "/nowhere/nettop"), "is not there");
  strictEqual(await why("", "/etc/passwd"), "may not be run");
});

Deno.test("Run.wroteNothing is true of a child that keeps its output to itself, and false of one that ends", async () => {
  deepStrictEqual([(await run("sleep 5")).of.wroteNothing, (await run("exit 0")).of.wroteNothing], [true, false]);
});

Deno.test("Run gives up a child that writes line after line and no header", async () => {
  const { of } = await run("yes 'not a table'");
  deepStrictEqual([of.hadHeader, of.ignored, of.livedMs < FAST.headerWithinMs], [false, 0, true]);
});
