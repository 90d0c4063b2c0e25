import { deepStrictEqual, notStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { type Frame, FrameAssembler, LabelCache, LineSplitter } from "../../../src/source/nettop/frames.ts";
import { HEADER, process, row } from "./rows.ts";

const A = row("tcp4 192.0.2.1:50000<->198.51.100.1:443", "Established", 10, 20);
const B = row("tcp4 192.0.2.1:50001<->198.51.100.1:443", "Established", 30, 40);

function assembler() {
  const told: Frame[] = [];
  const frames = new FrameAssembler((frame) => told.push(frame));
  const lines = (...texts: string[]) => texts.forEach((text) => frames.line(text, 1000 * (told.length + 1)));
  const take = () => told.splice(0).map(({ number, rows, isWhole }) => [number, rows.length, isWhole]);
  return { told, frames, lines, take };
}

Deno.test("FrameAssembler.line() ends a frame at the next header", () => {
  const { lines, take } = assembler();
  lines(HEADER, process("curl", 7), A, B);
  deepStrictEqual(take(), []);
  lines(HEADER, process("curl", 7), A);
  deepStrictEqual(take(), [[1, 2, true]]);
  lines(HEADER);
  deepStrictEqual(take(), [[2, 1, true]]);
});

Deno.test("FrameAssembler.pause() tells the first frame at once, and trusts a pause once one was right", () => {
  const { frames, lines, take } = assembler();
  lines(HEADER, process("curl", 7), A);
  frames.pause();
  deepStrictEqual(take(), [[1, 1, false]]);
  frames.pause();
  deepStrictEqual(take(), []);
  lines(HEADER, process("curl", 7), A);
  deepStrictEqual(take(), [[1, 1, true]]);
  frames.pause();
  deepStrictEqual(take(), [[2, 1, true]]);
  lines(HEADER);
  deepStrictEqual(take(), []);
});

Deno.test("FrameAssembler.pause() is never trusted again once rows came behind one", () => {
  const { frames, lines, take } = assembler();
  lines(HEADER, process("curl", 7), A, HEADER, process("curl", 7), A);
  frames.pause();
  lines(B);
  frames.pause();
  lines(HEADER, process("curl", 7), A);
  frames.pause();
  deepStrictEqual(take(), [[1, 1, true], [2, 1, false], [2, 2, false], [2, 2, true], [3, 1, false]]);
});

Deno.test("FrameAssembler.line() puts a row on the process above it", () => {
  const { told, lines } = assembler();
  lines(HEADER, process("curl", 7), A, process("wget", 8), B, HEADER);
  deepStrictEqual(told[0].rows.map(({ pid, process }) => [pid, process]), [[7, "curl"], [8, "wget"]]);
});

Deno.test("FrameAssembler.line() leaves out a row of a kind that is not known, and the rows behind it to their process", () => {
  const { told, frames, lines } = assembler();
  lines(HEADER, process("curl", 7), A, row("tcp46 *.22<->*.80"), B, HEADER);
  deepStrictEqual(told[0].rows.map(({ pid }) => pid), [7, 7]);
  strictEqual(frames.ignored, 1);
});

Deno.test("FrameAssembler.line() counts what has no place: before a header, before a process, and what is no row", () => {
  const { told, frames, lines } = assembler();
  lines(A, process("curl", 7), HEADER, A, process("curl", 7), B, "garbage", "", HEADER, A, HEADER);
  strictEqual(frames.ignored, 5);
  deepStrictEqual(told.map(({ rows }) => rows.length), [1, 0]);
});

Deno.test("FrameAssembler marks the first frame as preliminary and the second as the baseline, even when told again", () => {
  const { told, frames, lines } = assembler();
  lines(HEADER, process("curl", 7), A);
  frames.pause();
  lines(B, HEADER, HEADER, HEADER);
  const marks = told.map(({ number, isPreliminary, isBaseline }) => [number, isPreliminary, isBaseline]);
  deepStrictEqual(marks, [[1, true, true], [1, true, true], [2, false, true], [3, false, false]]);
});

Deno.test("FrameAssembler.end() tells what is there as whole", () => {
  const { frames, lines, take } = assembler();
  frames.end();
  lines(HEADER, process("curl", 7), A);
  frames.end();
  deepStrictEqual(take(), [[1, 1, true]]);
});

Deno.test("FrameAssembler goes by the time of the last row", () => {
  const told: Frame[] = [], frames = new FrameAssembler((frame) => told.push(frame));
  [HEADER, process("curl", 7), A].forEach((line, i) => frames.line(line, 100 + i));
  frames.line(HEADER, 999);
  strictEqual(told[0].arrivedNs, 102);
});

const encode = (text: string) => new TextEncoder().encode(text);

Deno.test("LineSplitter.push() gives the same lines however the stream is cut", () => {
  const lines = fc.array(fc.string({ unit: "grapheme" }).map((text) => text.replaceAll("\n", "")), {
    minLength: 1,
    maxLength: 8,
  });
  fc.assert(fc.property(lines, fc.array(fc.nat(300), { maxLength: 8 }), (texts, cuts) => {
    const bytes = encode(texts.map((text) => text + "\n").join("")), splitter = new LineSplitter();
    const at = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
    const found = at.slice(1).flatMap((end, i) => splitter.push(bytes.subarray(at[i], end)));
    deepStrictEqual(
      found.map((line) => line.replaceAll("\ufeff", "")),
      texts.map((text) => text.replaceAll("\ufeff", "")),
    );
    strictEqual(splitter.isMidLine, false);
  }));
});

Deno.test("LineSplitter.push() keeps a line without its end", () => {
  const splitter = new LineSplitter();
  deepStrictEqual(splitter.push(encode("one\ntw")), ["one"]);
  strictEqual(splitter.isMidLine, true);
  deepStrictEqual(splitter.push(encode("o\n")), ["two"]);
  strictEqual(splitter.isMidLine, false);
});

Deno.test("LineSplitter.push() lives with bytes that are no UTF-8", () => {
  deepStrictEqual(new LineSplitter().push(new Uint8Array([0x61, 0xe5, 0x90, 0x0a])), ["a\ufffd"]);
});

Deno.test("LineSplitter.push() gives up a line that has no end, counts it, and goes on with the next", () => {
  const splitter = new LineSplitter(), block = encode("x".repeat(10_000));
  for (let i = 0; i < 50; i++) deepStrictEqual(splitter.push(block), []);
  strictEqual(splitter.dropped, 1);
  strictEqual(splitter.isMidLine, true);
  deepStrictEqual(splitter.push(encode("tail\nnext\n")), ["next"]);
  strictEqual(splitter.isMidLine, false);
});

const LABEL = "tcp4 192.0.2.1:50000<->198.51.100.1:443";

Deno.test("LabelCache.get() remembers a label as long as each frame has it", () => {
  const labels = new LabelCache(), first = labels.get(LABEL);
  strictEqual(first.kind, "connection");
  for (let frame = 0; frame < 3; frame++) {
    labels.nextFrame();
    strictEqual(labels.get(LABEL), first);
  }
});

Deno.test("LabelCache.nextFrame() forgets a label that a whole frame was without", () => {
  const labels = new LabelCache(), first = labels.get(LABEL);
  labels.nextFrame();
  labels.nextFrame();
  notStrictEqual(labels.get(LABEL), first);
});
