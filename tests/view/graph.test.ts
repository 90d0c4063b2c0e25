import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { Canvas } from "../../src/view/canvas.ts";
import { asciiText, consoleText } from "../../src/view/charset.ts";
import { drawGraph } from "../../src/view/screen/graph.ts";
import type { RateHistory } from "../../src/view/screen/history.ts";
import { hangingCell, risingCell } from "../../src/view/screen/spark.ts";

/** What came in grew to 64 bytes a second, a step a bar, and a quarter of it went out. */
const GROWN: RateHistory = {
  bars: (of, cells) =>
    Array.from({ length: cells }, (_, i) => {
      const value = Math.max(0, 64 - (cells - 1 - i));
      return of === "received" ? value : value / 4;
    }),
};

function drawn(columns: number, rows: number, bits = false): string[] {
  const canvas = new Canvas(columns, rows);
  drawGraph(canvas, { title: "curl", history: GROWN, timeNs: 1e15, bits }, 0, rows);
  return Array.from({ length: rows }, (_, y) => canvas.line(y));
}

Deno.test("drawGraph() has what came in above the axis, what went out below, with scale and time", () => {
  const lines = drawn(80, 8), bars = lines.map((line) => line.slice(14));
  strictEqual(lines[0], " curl");
  strictEqual(lines[1].startsWith(" ↓      64 B/s"), true, lines[1]);
  strictEqual(lines[4].startsWith("            0 ──"), true, lines[4]);
  strictEqual(lines[7].startsWith(" ↑      16 B/s"), true, lines[7]);
  // Above and below, the newest bar fills all, and a bar is never missing where the row nearer to the axis has one.
  deepStrictEqual([1, 2, 3, 5, 6, 7].map((y) => bars[y].at(-1)), new Array(6).fill("█"));
  for (const [far, near] of [[1, 2], [2, 3], [7, 6], [6, 5]]) {
    strictEqual([...bars[far]].every((bar, x) => bar === " " || bars[near][x] === "█"), true);
  }
  // Two seconds a bar at this width: a time stands where it ends.
  strictEqual(lines[4].slice(0, 79 - 30).endsWith("−1m00s"), true, lines[4]);
  strictEqual(lines[4].endsWith("0s"), true);
  strictEqual(drawn(200, 12, true)[1].includes("512 bit/s"), true);
});

Deno.test("drawGraph() draws at any size, and in ASCII and on a console cell for cell", () => {
  for (let columns = 1; columns < 40; columns++) for (const rows of [2, 8, 10, 12]) drawn(columns, rows);
  for (const line of drawn(80, 12)) {
    strictEqual(asciiText(line).length, line.length);
    strictEqual(/[▀-▇]/.test(consoleText(line)), false);
    strictEqual(/^[\x20-\x7e]*$/.test(asciiText(line)), true);
  }
});

Deno.test("risingCell() and hangingCell() show whatever is more than nothing", () => {
  const column = (cell: typeof risingCell, value: number) => [0, 1, 2].map((row) => cell(value, 1000, row, 3)).join("");
  deepStrictEqual([0, 1, 500, 1000].map((value) => column(risingCell, value)), ["   ", "▁  ", "█▄ ", "███"]);
  deepStrictEqual([0, 1, 500, 1000].map((value) => column(hangingCell, value)), ["   ", "▀  ", "█▀ ", "███"]);
});
