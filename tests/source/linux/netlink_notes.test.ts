import { deepStrictEqual } from "node:assert/strict";
import { Limit, limitNotes } from "../../../src/source/linux/netlink_notes.ts";

Deno.test("limitNotes() has one note a limit", () => {
  deepStrictEqual(limitNotes(0, 1000), []);
  deepStrictEqual(limitNotes(Limit.destroyGroups | Limit.owners | Limit.sent, 1000).map(({ code }) => code), [
    "no_farewells",
    "own_processes_only",
    "tx_acknowledged",
  ]);
  deepStrictEqual(limitNotes(Limit.refused, 0).map(({ code }) => code), ["processes_refused"]);
  deepStrictEqual(limitNotes(Limit.entering, 0), [{
    code: "namespaces_closed",
    message: "Other network namespaces are not seen: to enter them takes CAP_SYS_ADMIN",
    remedy: "In a container add --pid=host --cap-add SYS_ADMIN",
  }]);
});
