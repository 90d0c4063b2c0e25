import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { TimeWindow } from "../../src/page/time_window.ts";

const shown = ({ from, to }: TimeWindow) => [from, to];

Deno.test("TimeWindow zooms around its middle, or what is pointed at, and stays within the run", () => {
  const time = new TimeWindow(1000);
  time.zoom(0.5);
  deepStrictEqual(shown(time), [250, 750]);
  time.zoom(0.5, 250);
  deepStrictEqual(shown(time), [250, 500]);
  time.move(-2);
  deepStrictEqual([...shown(time), time.isWhole], [0, 250, false]);
  time.move(99);
  deepStrictEqual(shown(time), [750, 1000]);
  time.zoom(99);
  deepStrictEqual([...shown(time), time.isWhole], [0, 1000, true]);
});

Deno.test("TimeWindow shows a millisecond at least, and tells of changes alone", () => {
  const time = new TimeWindow(1000);
  let changes = 0;
  time.onChange(() => changes++);
  time.set(10, 10);
  deepStrictEqual(shown(time), [10, 11]);
  time.set(10, 11);
  strictEqual(changes, 1);
  time.all();
  time.all();
  strictEqual(changes, 2);
});
