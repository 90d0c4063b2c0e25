import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { COLUMNS, DEFAULT_COLUMNS } from "../../src/view/column.ts";
import { placeColumns } from "../../src/view/layout.ts";

const ids = (width: number) => placeColumns(COLUMNS, width).map(({ column }) => column.id).join(" ");

Deno.test("placeColumns() drops whole columns in a fixed order", () => {
  strictEqual(ids(40), "process rx/s tx/s");
  strictEqual(ids(60), "process remote rx/s tx/s");
  strictEqual(ids(79), "process pid protocol remote rx/s tx/s rtt");
  strictEqual(ids(120), "process pid protocol remote state rx/s tx/s rtt limit");
  strictEqual(ids(420), COLUMNS.map(({ id }) => id).join(" "));
});

Deno.test("placeColumns() has both directions or none, and gives REMOTE its ease before columns of less use", () => {
  for (let width = 1; width <= 400; width++) {
    const places = new Map(placeColumns(DEFAULT_COLUMNS, width, 1).map(({ column, width }) => [column.id, width]));
    strictEqual(places.has("rx"), places.has("tx"), `${width}`);
    if (places.has("rx") || places.has("local") || places.has("history")) ok(places.get("remote")! >= 32, `${width}`);
  }
  const twins = COLUMNS.filter(({ id }) => id === "rx" || id === "tx");
  deepStrictEqual(placeColumns(twins, 10).map(({ column }) => column.id), ["rx"]);
  const remoteAt = (width: number) =>
    placeColumns(DEFAULT_COLUMNS, width, 1).find(({ column }) => column.id === "remote")!.width;
  deepStrictEqual([80, 100, 120, 200].map(remoteAt), [21, 27, 33, 32]);
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
