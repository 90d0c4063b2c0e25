import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { diagnoseMac } from "../../../src/system/darwin/diagnosis.ts";

const FACTS = { launchdPath: "/sbin/launchd", rootName: "root", tcpSockets: 48, reach: "all" } as const;
const NETTOP = { tcp: "nettop", udp: "nettop", notes: [] };
const failing = (diagnosis: ReturnType<typeof diagnoseMac>) =>
  diagnosis.checks.filter(({ ok }) => !ok).map(({ id }) => id);

Deno.test("diagnoseMac() has nothing to mend where nettop takes everything", () => {
  const diagnosis = diagnoseMac(FACTS, NETTOP);
  deepStrictEqual([diagnosis.best, diagnosis.remedy, failing(diagnosis)], [true, null, []]);
  match(diagnosis.checks.map(({ detail }) => detail).join(), /\/sbin\/launchd.*user 0 is root.*48 TCP sockets/);
});

Deno.test("diagnoseMac() is not content with a nettop that is run in another way", () => {
  const notes = [{ code: "nettop_fallback", message: "this nettop takes no choice of columns: why", remedy: null }];
  const diagnosis = diagnoseMac(FACTS, { ...NETTOP, notes });
  deepStrictEqual([diagnosis.best, diagnosis.remedy, failing(diagnosis)], [false, null, ["nettop_columns"]]);
  strictEqual(diagnosis.checks[0].ok, true);
});

Deno.test("diagnoseMac() says what to do where nettop may not be run", () => {
  const diagnosis = diagnoseMac(FACTS, null);
  deepStrictEqual([diagnosis.tcp, diagnosis.udp, diagnosis.best], [null, null, false]);
  deepStrictEqual(failing(diagnosis), ["nettop", "nettop_columns"]);
  match(diagnosis.remedy!, /App Sandbox/);
});

Deno.test("diagnoseMac() has no figure for what does not answer", () => {
  const diagnosis = diagnoseMac({ launchdPath: null, rootName: null, tcpSockets: null, reach: "none" }, NETTOP);
  deepStrictEqual(failing(diagnosis), ["proc_pidpath", "getpwuid", "pcblist"]);
  strictEqual(diagnosis.checks.some(({ detail }) => /null/.test(detail)), false);
});

Deno.test("diagnoseMac() is not content with a list that has only the caller's own sockets, or none", () => {
  for (const [reach, tcpSockets, words] of [["own", 3, /only your own 3 TCP/], ["none", 0, /is empty/]] as const) {
    const well = diagnoseMac({ ...FACTS, reach, tcpSockets }, NETTOP);
    deepStrictEqual([well.best, well.remedy, failing(well)], [true, null, ["pcblist"]]);
    match(well.checks.at(-1)!.detail, words);
    const without = diagnoseMac({ ...FACTS, reach, tcpSockets }, { tcp: "pcblist", udp: "pcblist", notes: [] });
    match(without.remedy!, /App Sandbox.*Run it with sudo/);
  }
});
