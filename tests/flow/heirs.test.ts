import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { Columns, FLOW_SCHEMA } from "../../src/flow/columns.ts";
import { Heirs } from "../../src/flow/heirs.ts";

/** A row of a socket of process `tgid` at port 80. */
function rows(...all: readonly { cookie: number; tgid: number }[]) {
  const columns = new Columns(FLOW_SCHEMA);
  for (const { cookie, tgid } of all) {
    const row = columns.add(), c = columns.arrays;
    [c.cookieLow[row], c.tgid[row], c.localPort[row]] = [cookie, tgid, 80];
  }
  return columns.arrays;
}

Deno.test("Heirs finds the listener that a process has passed on, by its connections", () => {
  const heirs = new Heirs(), c = rows({ cookie: 1, tgid: 7 }, { cookie: 9, tgid: 7 }, { cookie: 10, tgid: 8 });
  strictEqual(heirs.of(c, 1), null);
  heirs.passedOn(c, 0);
  deepStrictEqual([heirs.take(), heirs.take()], [true, false]);
  deepStrictEqual([heirs.of(c, 1), heirs.of(c, 2)], [{ low: 1, high: 0 }, null]);
  heirs.keeps(c, 0);
  strictEqual(heirs.of(c, 1), null);
});

Deno.test("Heirs says nothing where a process has passed on several listeners of a port", () => {
  const heirs = new Heirs(), c = rows({ cookie: 1, tgid: 7 }, { cookie: 2, tgid: 7 });
  heirs.passedOn(c, 0);
  heirs.passedOn(c, 0);
  deepStrictEqual(heirs.of(c, 1), { low: 1, high: 0 });
  heirs.passedOn(c, 1);
  heirs.passedOn(c, 1);
  strictEqual(heirs.of(c, 1), null);
});

Deno.test("Heirs remembers the newest 1,024", () => {
  const heirs = new Heirs(), all = Array.from({ length: 1025 }, (_, i) => ({ cookie: i + 1, tgid: i + 1 }));
  const c = rows(...all);
  all.forEach((_, row) => heirs.passedOn(c, row));
  deepStrictEqual([heirs.of(c, 0), heirs.of(c, 1024)], [null, { low: 1025, high: 0 }]);
});
