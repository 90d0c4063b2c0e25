import { deepStrictEqual } from "node:assert/strict";
import fc from "fast-check";
import { defaultColumns, SCREEN_COLUMNS } from "../../src/view/column.ts";
import { GROUPINGS } from "../../src/view/group_key.ts";
import { placeColumns } from "../../src/view/layout.ts";
import { tableColumns } from "../../src/view/screen/lines.ts";
import type { ScreenState } from "../../src/view/screen/state.ts";
import { GUTTER } from "../../src/view/screen/table.ts";
import { state } from "../render/scene.ts";

/** The ids of what the table has at this width. */
function shownAt(columns: number, changes: Partial<ScreenState>): string[] {
  const wide = { ...state(columns, 24), ...changes };
  return placeColumns(tableColumns(wide), columns, GUTTER).map(({ column }) => column.id);
}

const SOURCES = ["bpf", "netlink", "nettop"] as const;

Deno.test("tableColumns() and placeColumns() lose no column as the terminal grows, whatever is shown", () => {
  const shown = fc.oneof(
    fc.record({ tcp: fc.constantFrom(...SOURCES), many: fc.boolean() }).map(({ tcp, many }) => ({
      shown: defaultColumns({ tcp, udp: null, notes: [], ...many ? { many } : {} }),
      chosen: false,
    })),
    fc.subarray([...SCREEN_COLUMNS], { minLength: 1 }).map((shown) => ({ shown, chosen: true })),
  );
  const choices = { group: fc.constantFrom(null, ...GROUPINGS), bits: fc.boolean(), sinceStart: fc.boolean() };
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
