import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { type Column, columnById, COLUMNS, defaultColumns, SCREEN_COLUMNS, TOTAL_RATE } from "../../src/view/column.ts";
import { GROUPINGS } from "../../src/view/group_key.ts";
import { placeColumns } from "../../src/view/layout.ts";
import { isSortedBy, tableColumns } from "../../src/view/screen/lines.ts";
import type { ScreenState } from "../../src/view/screen/state.ts";
import { GUTTER } from "../../src/view/screen/table.ts";
import { state } from "../render/scene.ts";

/** The ids of what the table has at this width. */
function shownAt(columns: number, changes: Partial<ScreenState>): string[] {
  const wide = { ...state(columns, 24), ...changes };
  return placeColumns(tableColumns(wide), columns, GUTTER).map(({ column }) => column.id);
}

const SOURCES = ["bpf", "netlink", "nettop"] as const;

const sortedBy = (column: Column) => ({ sort: { column, descending: column.descending } });
const SORTS = [TOTAL_RATE, ...COLUMNS].map(sortedBy);

Deno.test("tableColumns() and placeColumns() lose no column as the terminal grows, whatever is shown", () => {
  const shown = fc.oneof(
    fc.record({ tcp: fc.constantFrom(...SOURCES), many: fc.boolean() }).map(({ tcp, many }) => ({
      shown: defaultColumns({ tcp, udp: null, notes: [], ...many ? { many } : {} }),
      chosen: false,
    })),
    fc.subarray([...SCREEN_COLUMNS], { minLength: 1 }).map((shown) => ({ shown, chosen: true })),
  );
  const choices = {
    group: fc.constantFrom(null, ...GROUPINGS),
    bits: fc.boolean(),
    sinceStart: fc.boolean(),
    sort: fc.constantFrom(...SORTS).map(({ sort }) => sort),
  };
  fc.assert(
    fc.property(shown, fc.record(choices), (shown, choices) => {
      let before: string[] = [];
      for (let width = 20; width <= 320; width++) {
        const now = shownAt(width, { ...shown, ...choices });
        deepStrictEqual(before.filter((id) => !now.includes(id)), [], `${width} cells: ${now.join(" ")}`);
        before = now;
      }
    }),
    { numRuns: 200 },
  );
});

Deno.test("tableColumns() and placeColumns() show what the table is sorted by, with its arrow, however narrow it is", () => {
  for (const { sort } of SORTS) {
    for (const chosen of [null, [...SCREEN_COLUMNS]]) {
      const changes = { sort, ...chosen === null ? {} : { shown: chosen, chosen: true } };
      for (let columns = 40; columns <= 320; columns++) {
        const wide = { ...state(columns, 24), ...changes };
        const place = placeColumns(tableColumns(wide), columns, GUTTER).find(({ column }) => isSortedBy(wide, column));
        ok(place !== undefined && place.width > 1, `${sort.column.id} at ${columns}`);
      }
    }
  }
  for (const id of ["rx", "rtt", "retrans"]) {
    for (const group of GROUPINGS) {
      for (let columns = 48; columns <= 320; columns++) {
        ok(shownAt(columns, { ...sortedBy(columnById(id)!), group }).includes(id), `${id} at ${columns} by ${group}`);
      }
    }
  }
});

Deno.test("tableColumns() and placeColumns() give a figure its whole width or none, in groups too", () => {
  for (const { sort } of SORTS) {
    for (const changes of [{}, { group: "process" }, { group: "remote", sinceStart: true }, { bits: true }] as const) {
      for (let columns = 20; columns <= 120; columns++) {
        const narrow = { ...state(columns, 24), sort, ...changes };
        const [first, ...others] = placeColumns(tableColumns(narrow), columns, GUTTER);
        ok(first.width >= 8, `${columns} cells by ${sort.column.id}`);
        for (const { column, width } of others) {
          ok(
            width >= (column.align === "right" ? column.floor : Math.min(8, column.floor)),
            `${column.id} at ${columns} by ${sort.column.id}`,
          );
        }
      }
    }
  }
  strictEqual(shownAt(20, {}).join(" "), "process rx/s");
  strictEqual(shownAt(40, { group: "process" }).join(" "), "process rx/s tx/s");
});

Deno.test("tableColumns() and placeColumns() let the least useful column go for the one that the table is sorted by, and no other", () => {
  const by = (id: string, columns: number, changes: Partial<ScreenState> = {}) =>
    shownAt(columns, { ...sortedBy(columnById(id) ?? TOTAL_RATE), ...changes }).join(" ");
  strictEqual(by("rate", 80), "process pid protocol remote rx/s tx/s rtt");
  strictEqual(by("rtt", 80), by("rate", 80));
  strictEqual(by("retrans", 80), "process remote rx/s tx/s rtt retrans");
  strictEqual(by("user", 110), "process pid user protocol remote state rx/s tx/s rtt");
  strictEqual(by("minrtt", 110), "process pid protocol remote state rx/s tx/s rtt minrtt");
  strictEqual(by("command", 40), "process command");
  strictEqual(by("rx", 60), "process rx/s tx/s rx");
  // What was chosen is left as it is.
  strictEqual(by("rtt", 80, { shown: [columnById("process")!, columnById("rx/s")!], chosen: true }), "process rx/s");
});
