import { deepStrictEqual } from "node:assert/strict";
import { columnById } from "../../src/view/column.ts";
import { sortRows } from "../../src/view/sort.ts";
import { fakeSample } from "./fake_sample.ts";

function sorted(id: string, descending: boolean): number[] {
  const sample = fakeSample([
    { cookie: 9, process: "b", rttUs: 50 },
    { cookie: 8, process: "a", rttUs: 50 },
    { cookie: 7, process: "c", rttUs: 0 },
  ]);
  const rows = [0, 1, 2];
  sortRows(sample, rows, { column: columnById(id)!, descending });
  return rows;
}

Deno.test("sortRows() sorts by figures, unknown ones below all others, and by cookie where they are equal", () => {
  deepStrictEqual(sorted("rtt", true), [1, 0, 2]);
  deepStrictEqual(sorted("rtt", false), [2, 1, 0]);
});

Deno.test("sortRows() sorts by texts", () => {
  deepStrictEqual(sorted("process", false), [1, 0, 2]);
  deepStrictEqual(sorted("process", true), [2, 0, 1]);
});
