import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { fileName, fileTimeMs, isFull, outdated, ownFiles } from "../../../src/source/recording/keeping.ts";

const TIME = Date.UTC(2026, 10, 28, 11, 59, 59, 999);

Deno.test("fileName() sorts by time, and fileTimeMs() knows only names that it gave", () => {
  strictEqual(fileName(TIME), "tcptop-2026-11-28T11-59-59Z.tcptop");
  strictEqual(fileName(TIME, 12), "tcptop-2026-11-28T11-59-59Z.0012.tcptop");
  strictEqual(fileTimeMs(fileName(TIME, 12)), TIME - 999);
  for (
    const name of ["tcptop-x.tcptop", "tcptop-2026-13-28T11-59-59Z.tcptop", `${fileName(TIME)}~`, `a${fileName(TIME)}`]
  ) {
    strictEqual(fileTimeMs(name), null);
  }
  const names = [fileName(TIME + 1), fileName(TIME, 10), fileName(TIME, 2), fileName(TIME), "mine"];
  deepStrictEqual(ownFiles(names.map((name) => ({ name }))).map(({ name }) => name), names.slice(0, 4).reverse());
});

Deno.test("isFull() goes by the hour of the clock, and by a share of the size", () => {
  const day = { ms: 86_400_000 }, size = { bytes: 80 << 20 };
  strictEqual(isFull(day, TIME - 1000, 1e12, TIME), false);
  strictEqual(isFull(day, TIME, 0, TIME + 1), true);
  strictEqual(isFull(day, TIME, 0, TIME - 3_600_000), true);
  deepStrictEqual([9 << 20, 10 << 20].map((bytes) => isFull(size, TIME, bytes, TIME)), [false, true]);
  // The smallest size that --keep takes.
  deepStrictEqual([131_071, 131_072].map((bytes) => isFull({ bytes: 1 << 20 }, TIME, bytes, TIME)), [false, true]);
});

Deno.test("outdated() never counts the last file", () => {
  const files = [0, 1, 2, 3].map((hours) => ({ name: fileName(TIME + hours * 3_600_000), bytes: 100 }));
  deepStrictEqual([0, 1, 2, 3, 99].map((h) => outdated({ ms: 3_600_000 }, files, TIME + h * 3_600_000)), [
    0,
    0,
    1,
    2,
    3,
  ]);
  deepStrictEqual([1000, 400, 399, 250, 1].map((bytes) => outdated({ bytes }, files, TIME)), [0, 0, 1, 2, 3]);
});
