import { deepStrictEqual } from "node:assert/strict";
import { knownSize, screenSize } from "../../src/app/screen_size.ts";

const sizeOf = (columns: number, rows: number) => screenSize({ size: () => ({ columns, rows }) });

Deno.test("screenSize() is that of the terminal, up to what a display can show", () => {
  deepStrictEqual(sizeOf(80, 24), { columns: 80, rows: 24 });
  deepStrictEqual(sizeOf(1500, 1000), { columns: 1500, rows: 1000 });
  deepStrictEqual(sizeOf(65_535, 65_535), { columns: 1500, rows: 1000 });
});

Deno.test("knownSize() goes by COLUMNS and LINES, or what is usual, where the terminal does not know its size", () => {
  const size = (columns: number, rows: number, env: Record<string, string> = {}) =>
    knownSize({ columns, rows }, (name) => env[name]);
  deepStrictEqual(size(0, 0), { columns: 80, rows: 24 });
  deepStrictEqual(size(0, 0, { COLUMNS: "132", LINES: "43" }), { columns: 132, rows: 43 });
  deepStrictEqual(size(100, 30, { COLUMNS: "132", LINES: "43" }), { columns: 100, rows: 30 });
  for (const odd of ["0", "-5", "1e9", "99999999999", "x", ""]) {
    deepStrictEqual(size(0, 9, { COLUMNS: odd }), { columns: 80, rows: 9 }, odd);
  }
});
