import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { frameDiff } from "../../src/render/diff.ts";
import { theme } from "../../src/render/theme.ts";
import { Canvas, Role } from "../../src/view/canvas.ts";
import { emulator } from "./emulator.ts";

const look = theme(true), COLUMNS = 14, ROWS = 4;

Deno.test("frameDiff() says nothing when nothing has changed", () => {
  const canvas = new Canvas(20, 5);
  canvas.put(0, 0, "日本 curl", Role.strong);
  strictEqual(frameDiff(canvas, canvas, look), "");
  const same = new Canvas(20, 5);
  same.put(0, 0, "日本 curl", Role.strong);
  strictEqual(frameDiff(canvas, same, look), "");
});

Deno.test("frameDiff() writes only what has changed", () => {
  const before = new Canvas(40, 3), now = new Canvas(40, 3);
  before.put(0, 1, "one two three", Role.text);
  now.put(0, 1, "one 2wo three", Role.text);
  strictEqual(frameDiff(before, now, look), "\x1b[2;5H\x1b[0m2\x1b[0m");
});

Deno.test("frameDiff() clears a screen of another size", () => {
  strictEqual(frameDiff(new Canvas(10, 3), new Canvas(11, 3), look), "\x1b[0m\x1b[2J\x1b[0m");
});

const words = fc.string({ unit: fc.constantFrom("a", "b", " ", "日", "é", "▁", "e\u0301", "…"), maxLength: 10 });
const puts = fc.array(
  fc.record({
    x: fc.nat(COLUMNS - 1),
    y: fc.nat(ROWS - 1),
    text: words,
    role: fc.constantFrom(...Object.values(Role)),
  }),
  { maxLength: 12 },
);
const canvases = puts.map((puts) => {
  const canvas = new Canvas(COLUMNS, ROWS);
  for (const { x, y, text, role } of puts) canvas.put(x, y, text, role);
  if (puts.length > 3) canvas.select(0, puts[0].y, COLUMNS);
  return canvas;
});

Deno.test("frameDiff() applied to a screen equals drawing from scratch", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(canvases, { minLength: 2, maxLength: 5 }), async (frames) => {
      const followed = emulator(COLUMNS, ROWS);
      let before: Canvas | null = null;
      for (const frame of frames) {
        await followed.write(frameDiff(before, frame, look));
        before = frame;
      }
      const fresh = emulator(COLUMNS, ROWS);
      await fresh.write(frameDiff(null, before!, look));
      deepStrictEqual(followed.cells(), fresh.cells());
      deepStrictEqual(
        fresh.lines().map((line) => line.trimEnd()),
        Array.from({ length: ROWS }, (_, y) => before!.line(y)),
      );
    }),
    { numRuns: 300 },
  );
});

Deno.test("Canvas.blank() leaves nothing of what was on the canvas before, and has the size that is asked for", () => {
  fc.assert(fc.property(canvases, canvases, (before, used) => {
    const texts = new Canvas(COLUMNS, ROWS).texts, again = Canvas.blank(COLUMNS, ROWS, used);
    strictEqual(again, used);
    deepStrictEqual([again.texts, [...again.styles]], [texts, texts.map(() => 0)]);
    strictEqual(frameDiff(before, again, look), frameDiff(before, new Canvas(COLUMNS, ROWS), look));
  }));
  strictEqual(Canvas.blank(COLUMNS, ROWS + 1, new Canvas(COLUMNS, ROWS)).rows, ROWS + 1);
});
