import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { fakesAlive, runFake, type Told } from "./fake.ts";

const wholeFrames = (count: number) => ({ frames }: Told) => frames.filter(({ isWhole }) => isWhole).length >= count;
const USAGE = /ended with status 0, saying "usage: nettop/;

Deno.test("Supervisor.run() stays with the first invocation while nettop is well, and leaves nothing behind", async () => {
  const told = await runFake("plain", wholeFrames(3));
  deepStrictEqual([told.failed, told.restarts, told.ignored, told.stopped], [[], 0, 0, true]);
  deepStrictEqual(told.frames.filter(({ isWhole }) => isWhole).map(({ number }) => number).slice(0, 3), [1, 2, 3]);
  strictEqual(told.frames.find(({ number }) => number === 1)!.rows.length, 9);
  deepStrictEqual(told.frames.map(({ isBaseline, number }) => isBaseline === (number <= 2)).includes(false), false);
  strictEqual(await fakesAlive(), 0);
});

Deno.test("Supervisor.run() takes fewer columns from a nettop that answers with how to use it", async () => {
  const told = await runFake("few_columns", wholeFrames(2));
  strictEqual(told.failed.length, 1);
  match(told.failed[0][1], USAGE);
  strictEqual(told.frames[0].rows[2].rxPackets, null);
  strictEqual(told.frames[0].rows[2].rttUs, 2500);
});

Deno.test("Supervisor.run() takes the usual columns where none can be chosen", async () => {
  const told = await runFake("no_choice", wholeFrames(2));
  strictEqual(told.failed.length, 2);
});

Deno.test("Supervisor.run() goes straight to a terminal when nettop keeps its output to itself", async () => {
  const told = await runFake("buffered noisy", wholeFrames(2));
  deepStrictEqual(told.failed, [[null, "gave no table within 1 s"]]);
  strictEqual(told.frames[0].rows[2].rxBytes, 3007);
});

Deno.test("Supervisor.run() runs nettop anew for each sample where there is no log, with one baseline", async () => {
  const told = await runFake("one_shot", wholeFrames(3));
  strictEqual(told.failed.length, 4);
  deepStrictEqual([...new Set(told.frames.map(({ number, isBaseline }) => `${number} ${isBaseline}`))].slice(0, 3), [
    "1 true",
    "2 true",
    "3 false",
  ]);
  strictEqual(told.frames.at(-1)!.isWhole, true);
});

Deno.test("Supervisor.run() fails when every invocation has", async () => {
  const told = await runFake("useless", () => false);
  deepStrictEqual([told.failed.length, told.frames.length, told.stopped], [5, 0, false]);
  for (const [, why] of told.failed) match(why, USAGE);
});

Deno.test("Supervisor.run() starts a nettop anew that dies in the middle of a row, and does not take the piece for a frame", async () => {
  const told = await runFake("dies", ({ frames, restarts }) => restarts > 0 && frames.at(-1)!.number >= 5);
  strictEqual(told.restarts, 1);
  deepStrictEqual(told.failed, []);
  const numbers = told.frames.map(({ number, isBaseline }) => [number, isBaseline]);
  deepStrictEqual(numbers.filter(([, isBaseline]) => isBaseline).map(([number]) => number).at(-1), 4);
  strictEqual(told.frames.filter(({ isWhole }) => isWhole).every(({ rows }) => rows.length >= 9), true);
});

Deno.test("Supervisor.run() starts a nettop once anew that falls silent, then tries the next way", async () => {
  const told = await runFake("silent", ({ failed }) => failed.length > 0);
  strictEqual(told.restarts, 1);
  match(told.failed[0][1], /^fell silent within 1 s$/);
});

Deno.test("Supervisor.run() kills a nettop that ignores SIGTERM", async () => {
  await runFake("stubborn", wholeFrames(1));
  strictEqual(await fakesAlive(), 0);
});

Deno.test("Supervisor.run() reads what a terminal and script leave in the lines, and counts what has no place", async () => {
  const told = await runFake("noisy", wholeFrames(2));
  deepStrictEqual([told.failed, told.ignored], [[], 1]);
  strictEqual(told.frames[0].rows.length, 9);
});
