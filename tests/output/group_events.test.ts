import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { lossLine, LossReason } from "../../src/output/events.ts";
import {
  GROUP_EVENT_SCHEMA,
  groupEvent,
  groupEventsJson,
  groupEventsText,
  groupLog,
} from "../../src/output/group_events.ts";
import { GROUPINGS } from "../../src/view/group_key.ts";
import { EventFeed } from "../support/event_feed.ts";
import { comm, ended, opened } from "../support/records.ts";
import { wrongInGroupEvent } from "../support/schema.ts";

const MS = 1e6;
const RECORDS = [
  opened({ timeNs: 678_901_000, openedNs: 678_901_000 }),
  opened({ cookie: 78, timeNs: 700 * MS, openedNs: 700 * MS }),
  ended({ timeNs: 731 * MS, openedNs: 678_901_000, rxBytes: 1009, txBytes: 503, retransmits: 3 }),
  ended({ cookie: 78, timeNs: 1731 * MS, openedNs: 700 * MS, rxBytes: 23, txBytes: 5, retransmits: 1 }),
];

function eventsOf(by: typeof GROUPINGS[number], ...records: readonly Uint8Array[]) {
  const all = ({ length }: { readonly length: number }) => Array.from({ length }, (_, row) => row);
  return groupLog(by, all).tell(new EventFeed().batch(...records)).map((change) => groupEvent(change, by));
}

Deno.test("groupEventsText() says whose and, at the end, how many and how much", () => {
  strictEqual(
    [...groupEventsText(eventsOf("process", ...RECORDS))].join(""),
    "2026-01-02T03:04:05.678901Z opened curl\n" +
      "2026-01-02T03:04:06.731000Z closed curl  2 connections  1.05 s  in 1.01 KiB  out 508 B  retrans 4\n",
  );
});

Deno.test("groupEventsText() says what a table says where nothing is known", () => {
  const [opening] = [...groupEventsText(eventsOf("container", ...RECORDS))].join("").split("\n");
  strictEqual(opening, "2026-01-02T03:04:05.678901Z opened (none)");
});

Deno.test("groupEventsText() has no byte of a process name that moves the cursor", () => {
  const text = [...groupEventsText(eventsOf("process", opened({ comm: comm("\x1b[2Jcurl\n") })))].join("");
  // deno-lint-ignore no-control-regex
  strictEqual(/[\x00-\x09\x0b-\x1f]/.test(text), false);
  strictEqual(text.split("\n").length, 2);
});

Deno.test("every line of groupEventsJson() and lossLine() fits the schema, whatever it is grouped by", () => {
  for (const by of GROUPINGS) {
    const lines = [...groupEventsJson(eventsOf(by, ...RECORDS))].join("").trimEnd().split("\n");
    const [first, last] = lines.map((line) => JSON.parse(line));
    deepStrictEqual([wrongInGroupEvent(first), wrongInGroupEvent(last)], [[], []]);
    deepStrictEqual([first.event, first.connections, first.rx_bytes, first.final], ["opened", 1, null, null]);
    deepStrictEqual([last.event, last.connections, last.rx_bytes, last.tx_bytes], ["closed", 2, 1032, 508]);
    deepStrictEqual([last.retransmits, last.duration_us, last.final], [4, 1_052_099, true]);
    ok(wrongInGroupEvent({ ...last, rx_bytes: "1" }).length > 0);
    ok(wrongInGroupEvent({ ...last, group_by: by === "port" ? "remote" : "port" }).length > 0);
  }
  deepStrictEqual(wrongInGroupEvent(JSON.parse(lossLine(LossReason.ring, 1, 0, GROUP_EVENT_SCHEMA))), []);
});
