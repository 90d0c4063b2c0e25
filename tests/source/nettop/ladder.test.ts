import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { ladder } from "../../../src/source/nettop/ladder.ts";

const rungs = ladder("/usr/bin/nettop", "/usr/bin/script");

Deno.test("ladder() begins with what tells most, and asks for nothing that is not read", () => {
  const columns = "time,state,bytes_in,bytes_out,packets_in,packets_out,rtt_avg";
  deepStrictEqual(rungs[0].command, ["/usr/bin/nettop", "-n", "-x", "-L", "0", "-s", "1", "-J", columns]);
  strictEqual(rungs[0].note, null);
  for (const { command } of rungs) strictEqual(/interface|rx_dupe|rx_ooo|re-tx/.test(command.join()), false);
});

Deno.test("ladder() never lets names be looked up, nor asks for differences or for processes alone", () => {
  for (const { command } of rungs) {
    strictEqual(command.includes("-n"), true);
    strictEqual(command.includes("-d") || command.includes("-P"), false);
  }
});

Deno.test("ladder() says of every rung but the first what is amiss", () => {
  strictEqual(rungs.slice(1).every(({ note }) => note !== null), true);
});
