import { deepStrictEqual } from "node:assert/strict";
import { screenSize } from "../../src/app/screen_size.ts";

const sizeOf = (columns: number, rows: number) => screenSize({ size: () => ({ columns, rows }) });

Deno.test("screenSize() is that of the terminal, up to what a display can show", () => {
  deepStrictEqual(sizeOf(80, 24), { columns: 80, rows: 24 });
  deepStrictEqual(sizeOf(1500, 1000), { columns: 1500, rows: 1000 });
  deepStrictEqual(sizeOf(65_535, 65_535), { columns: 1500, rows: 1000 });
});
