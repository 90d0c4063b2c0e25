import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { matchesNothing } from "../../../src/view/filter/told.ts";
import { parseFilter } from "../../../src/view/filter/parse.ts";

const said = (text: string, tcp: string | null) => matchesNothing(parseFilter(text)!, { tcp, udp: tcp, notes: [] });

Deno.test("matchesNothing() says what the source never tells, and which part of the filter asks for it", () => {
  strictEqual(said("limited:reader", "nettop"), "Nothing can match limited:reader: by nettop that is never known");
  strictEqual(said("curl (queue>0 and tcp)", "nettop"), "Nothing can match queue>0: by nettop that is never known");
  strictEqual(said("end:reset", "netlink"), "Nothing can match end:reset: by netlink that is never known");
  match(said("limited:loss or end:reset", "pcblist")!, /match limited:loss:/);
});

Deno.test("matchesNothing() is silent where something may match", () => {
  for (const text of ["limited:reader", "end:reset", "failed", "queue>0"]) strictEqual(said(text, "bpf"), null);
  for (const text of ["limited:reader or curl", "not limited:reader", "curl", "rtt>5ms"]) {
    strictEqual(said(text, "nettop"), null, text);
  }
  deepStrictEqual([said("limited:reader", "netlink"), said("limited:reader", null)], [null, null]);
});
