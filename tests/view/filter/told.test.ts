import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { matchesNothing } from "../../../src/view/filter/told.ts";
import type { SourceInfo } from "../../../src/system/source_info.ts";
import { parseFilter } from "../../../src/view/filter/parse.ts";

const said = (text: string, tcp: string | null) => matchesNothing(parseFilter(text)!, { tcp, udp: tcp, notes: [] });

Deno.test("matchesNothing() says what the source never tells, and which part of the filter asks for it", () => {
  strictEqual(said("limited:reader", "nettop"), "Nothing can match limited:reader: by nettop that is never known");
  strictEqual(said("curl (queue>0 and tcp)", "nettop"), "Nothing can match queue>0: by nettop that is never known");
  strictEqual(said("end:reset", "netlink"), "Nothing can match end:reset: by netlink that is never known");
  match(said("limited:loss or end:reset", "pcblist")!, /match limited:loss:/);
});

Deno.test("matchesNothing() says what no event has", () => {
  const source = { tcp: "bpf", udp: "bpf", notes: [] }, why = "--events has TCP connections as they open and end";
  const events = (text: string) => matchesNothing(parseFilter(text)!, source, true, true);
  for (const text of ["proto:udp", "state:listen", "limited:reader", "queue>0", "rx/s>1MiB", "rate=0", "overflows>0"]) {
    strictEqual(events(`curl ${text}`), `Nothing can match ${text}: ${why}`);
    strictEqual(said(text, "bpf"), null);
  }
  for (const text of ["proto:tcp", "state:estab", "state:cl", "rx>1MiB", "not proto:udp", "proto:udp or curl", "udp"]) {
    strictEqual(events(text), null, text);
  }
});

Deno.test("matchesNothing() is silent where something may match", () => {
  for (const text of ["limited:reader", "end:reset", "failed", "queue>0"]) strictEqual(said(text, "bpf"), null);
  for (const text of ["limited:reader or curl", "not limited:reader", "curl", "rtt>5ms"]) {
    strictEqual(said(text, "nettop"), null, text);
  }
  deepStrictEqual([said("limited:reader", "netlink"), said("limited:reader", null)], [null, null]);
});

Deno.test("matchesNothing() says where command lines are not, whatever was asked for", () => {
  const of = (source: Partial<SourceInfo>, hasCommands: boolean) =>
    matchesNothing(parseFilter("command:web")!, { tcp: "bpf", udp: "bpf", notes: [], ...source }, hasCommands);
  const replay = { notes: [{ code: "replay", message: "", remedy: null }] };
  for (const asked of [false, true]) {
    strictEqual(of(replay, asked), "Nothing can match command: a recording has no command lines");
    strictEqual(of({ many: true }, asked), "Nothing can match command: hosts tell no command lines");
  }
  const unread = "Nothing can match command: command lines are not read, start with --command";
  deepStrictEqual([of({}, true), of({}, false)], [null, unread]);
});
