import { strictEqual } from "node:assert/strict";
import { svg } from "../../src/render/svg.ts";
import { Canvas, Role } from "../../src/view/canvas.ts";

Deno.test("svg() draws runs of one look, and escapes what XML would read", () => {
  const canvas = new Canvas(12, 2);
  canvas.put(0, 0, "a <&> b", Role.received);
  canvas.put(0, 1, "日", Role.title);
  const text = svg(canvas);
  strictEqual(text.includes(">a\u00a0&lt;&amp;&gt;\u00a0b</text>"), true);
  strictEqual(text.split("<text").length, 3);
  strictEqual(text.split("<rect").length, 3);
});
