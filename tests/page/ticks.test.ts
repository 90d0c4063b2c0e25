import { deepStrictEqual, ok } from "node:assert/strict";
import fc from "fast-check";
import { ticks, tickTexts } from "../../src/page/ticks.ts";

const AT = Date.UTC(2026, 0, 2, 3, 4, 5);

Deno.test("ticks() are round, and say as much as tells them apart", () => {
  deepStrictEqual(tickTexts(ticks(AT, AT + 9000, 5)), ["03:04:06", "03:04:08", "03:04:10", "03:04:12", "03:04:14"]);
  deepStrictEqual(tickTexts(ticks(AT, AT + 3600e3, 5)), ["03:15", "03:30", "03:45", "04:00"]);
  deepStrictEqual(tickTexts(ticks(AT, AT + 40, 4)), ["04:05.000", "04:05.010", "04:05.020", "04:05.030", "04:05.040"]);
  deepStrictEqual(tickTexts(ticks(AT, AT + 4 * 86400e3, 5)), ["01-03", "01-04", "01-05", "01-06"]);
});

Deno.test("ticks() are never more than can be read", () => {
  fc.assert(
    fc.property(
      fc.nat(2e12),
      fc.integer({ min: 1, max: 4e11 }),
      fc.integer({ min: 2, max: 30 }),
      (from, span, most) => {
        const found = ticks(from, from + span, most);
        ok(found.length <= most + 1);
        for (const ms of found) ok(ms >= from - 1e-3 && ms <= from + span + 1e-3);
      },
    ),
  );
});
