import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { COLUMNS } from "../../src/view/column.ts";
import { placeColumns } from "../../src/view/layout.ts";

const ids = (width: number) => placeColumns(COLUMNS, width).map(({ column }) => column.id).join(" ");

Deno.test("placeColumns() drops whole columns in a fixed order", () => {
  strictEqual(ids(40), "process rx/s tx/s");
  strictEqual(ids(60), "process remote rx/s tx/s");
  strictEqual(ids(79), "process pid protocol remote rx/s tx/s rtt");
  strictEqual(ids(120), "process pid protocol remote state rx/s tx/s rx rtt limit");
  strictEqual(ids(380), COLUMNS.map(({ id }) => id).join(" "));
});

Deno.test("placeColumns() never goes beyond the width, never overlaps, and keeps what it kept when there is more room", () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 0, max: 3 }), (width, from) => {
    const places = placeColumns(COLUMNS, width, from);
    let end = from;
    for (const [i, { x, width: cells }] of places.entries()) {
      strictEqual(i === 0 ? x === from : x === end + 1 || x === end + 2, true);
      end = x + cells;
    }
    strictEqual(end <= Math.max(width, from), true);
    const wider = new Set(placeColumns(COLUMNS, width + 1, from).map(({ column }) => column.id));
    deepStrictEqual(places.filter(({ column }) => !wider.has(column.id)), []);
  }));
});
