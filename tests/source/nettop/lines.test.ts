import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { LineCutter } from "../../../src/source/nettop/lines.ts";

const encode = (text: string) => new TextEncoder().encode(text);

Deno.test("LineCutter.push() gives the same lines however the stream is cut", () => {
  const lines = fc.array(fc.string({ unit: "grapheme" }).map((text) => text.replaceAll("\n", "")), {
    minLength: 1,
    maxLength: 8,
  });
  fc.assert(fc.property(lines, fc.array(fc.nat(300), { maxLength: 8 }), (texts, cuts) => {
    const bytes = encode(texts.map((text) => text + "\n").join("")), cutter = new LineCutter();
    const at = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
    const found = at.slice(1).flatMap((end, i) => cutter.push(bytes.subarray(at[i], end)));
    deepStrictEqual(
      found.map((line) => line.replaceAll("\ufeff", "")),
      texts.map((text) => text.replaceAll("\ufeff", "")),
    );
    strictEqual(cutter.isMidLine, false);
  }));
});

Deno.test("LineCutter.push() keeps a line without its end", () => {
  const cutter = new LineCutter();
  deepStrictEqual(cutter.push(encode("one\ntw")), ["one"]);
  strictEqual(cutter.isMidLine, true);
  deepStrictEqual(cutter.push(encode("o\n")), ["two"]);
  strictEqual(cutter.isMidLine, false);
});

Deno.test("LineCutter.push() lives with bytes that are no UTF-8", () => {
  deepStrictEqual(new LineCutter().push(new Uint8Array([0x61, 0xe5, 0x90, 0x0a])), ["a\ufffd"]);
});

Deno.test("LineCutter.push() gives up a line that has no end, counts it, and goes on with the next", () => {
  const cutter = new LineCutter(), block = encode("x".repeat(10_000));
  for (let i = 0; i < 50; i++) deepStrictEqual(cutter.push(block), []);
  strictEqual(cutter.dropped, 1);
  strictEqual(cutter.isMidLine, true);
  deepStrictEqual(cutter.push(encode("tail\nnext\n")), ["next"]);
  strictEqual(cutter.isMidLine, false);
});
