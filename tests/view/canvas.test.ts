import { strictEqual } from "node:assert/strict";
import { Canvas } from "../../src/view/canvas.ts";

Deno.test("a canvas takes no control character, whoever puts it there", () => {
  const canvas = new Canvas(12, 1);
  canvas.put(0, 0, "\x1b[2J\x07\x7f\x9b\u202e日\n");
  strictEqual(canvas.line(0), "␛[2J␇␡\ufffd\ufffd日␊");
});
