import { deepStrictEqual } from "node:assert/strict";
import fc from "fast-check";
import { columnById } from "../../src/view/column.ts";
import { sortedRows } from "../../src/view/sort.ts";
import { fakeSample } from "./fake_sample.ts";

function sorted(id: string, descending: boolean): number[] {
  const sample = fakeSample([
    { cookie: 9, process: "b", rttUs: 50 },
    { cookie: 8, process: "a", rttUs: 50 },
    { cookie: 7, process: "c", rttUs: 0 },
  ]);
  return sortedRows(sample, [0, 1, 2], { column: columnById(id)!, descending });
}

Deno.test("sortedRows() sorts by figures, unknown ones below all others, and by cookie where they are equal", () => {
  deepStrictEqual(sorted("rtt", true), [1, 0, 2]);
  deepStrictEqual(sorted("rtt", false), [2, 1, 0]);
});

Deno.test("sortedRows() sorts by texts", () => {
  deepStrictEqual(sorted("process", false), [1, 0, 2]);
  deepStrictEqual(sorted("process", true), [2, 0, 1]);
});

Deno.test("sortedRows() with a limit gives the first of all", () => {
  const rates = fc.array(fc.nat(6), { minLength: 1, maxLength: 60 });
  fc.assert(fc.property(rates, fc.nat(70), fc.boolean(), (rates, limit, descending) => {
    const sample = fakeSample(rates.map((rttUs, i) => ({ cookie: i * 7919 % 61, rttUs })));
    const rows = rates.map((_, row) => row), sort = { column: columnById("rtt")!, descending };
    const all = sortedRows(sample, rows, sort);
    deepStrictEqual(sortedRows(sample, rows, sort, limit), limit === 0 ? all : all.slice(0, limit));
  }));
});
