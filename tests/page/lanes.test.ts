import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import type { ConnectionColumns } from "../../src/output/report/data.ts";
import { heightOf, laneBox, tracksOf } from "../../src/page/lanes.ts";

/** process, host, opened, lasted */
function columns(rows: readonly (readonly [number, number, number | null, number])[]): ConnectionColumns {
  const of = <T>(i: number) => rows.map((row) => row[i] as T);
  return { process: of(0), host: of(1), opened: of(2), lasted: of(3) } as unknown as ConnectionColumns;
}

Deno.test("tracksOf() has a track for each process and far end, and lanes where bars overlap", () => {
  const tracks = tracksOf(columns([[1, 7, 10, 5], [1, 8, 0, 1], [1, 7, 12, 9], [1, 7, 15, 1], [2, 7, null, 99]]));
  deepStrictEqual(tracks.map(({ lanes }) => lanes), [[[4]], [[1]], [[0, 3], [2]]]);
  strictEqual(heightOf(tracks), tracks[2].top + tracks[2].height);
});

Deno.test("every connection has one place, and lanes stay inside of their track", () => {
  const row = fc.tuple(fc.nat(2), fc.nat(2), fc.option(fc.nat(50)), fc.nat(50));
  fc.assert(fc.property(fc.array(row, { maxLength: 60 }), (rows) => {
    const tracks = tracksOf(columns(rows)), places = tracks.flatMap(({ lanes }) => lanes.flat());
    deepStrictEqual(places.sort((a, b) => a - b), rows.map((_, i) => i));
    for (const track of tracks) {
      track.lanes.forEach((_, lane) => {
        const { top, height } = laneBox(track, lane);
        ok(top >= track.top && top + height <= track.top + track.height);
      });
    }
  }));
});
