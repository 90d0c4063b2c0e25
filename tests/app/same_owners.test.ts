import { deepStrictEqual } from "node:assert/strict";
import fc from "fast-check";
import { SameOwners } from "../../src/app/same_owners.ts";
import { Columns, FLOW_SCHEMA } from "../../src/flow/columns.ts";

Deno.test("SameOwners.of() names for each row the first one of its owner, whatever differs, or one in between", () => {
  // Some of these pids have one place.
  const owner = fc.tuple(
    fc.constantFrom(1, 2, 257, 0x101_0001),
    fc.nat(2),
    fc.constantFrom(5, 6),
    fc.constantFrom(0, 7),
    fc.nat(1),
    fc.constantFrom(0, 1000),
    fc.constantFrom(4026531840, 4026531841),
    fc.constantFrom("a", "abcdefghijklmno", "abcdefghijklmnp"),
  );
  const owners = new SameOwners();
  fc.assert(fc.property(fc.array(owner), (rows) => {
    const columns = new Columns(FLOW_SCHEMA);
    for (const [pid, how, startNs, cgroupId, unknown, uid, netns, comm] of rows) {
      const row = columns.add(), c = columns.arrays;
      [c.tgid[row], c.how[row], c.ownerStartNs[row], c.cgroupId[row]] = [pid, how, startNs, cgroupId];
      [c.unknown[row], c.uid[row], c.netns[row]] = [unknown, uid, netns];
      c.comm.set(new TextEncoder().encode(comm), row * 16);
    }
    const like = owners.of(columns.arrays, rows.length);
    rows.forEach((owner, row) => {
      deepStrictEqual(rows[like[row]], owner);
      deepStrictEqual([like[row] <= row, like[like[row]]], [true, like[row]]);
    });
    if (rows.length > 0 && rows.every((owner) => `${owner}` === `${rows[0]}`)) {
      deepStrictEqual([...new Set(like.subarray(0, rows.length))], [0]);
    }
  }));
});
