import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { Ajv2020 } from "ajv/dist/2020.js";
import schema from "../../schemas/event.schema.json" with { type: "json" };
import { SameOwners } from "../../src/app/same_owners.ts";
import { FLOW_SCHEMA, Unknown } from "../../src/flow/columns.ts";
import { RowCopier } from "../../src/flow/copy_row.ts";
import type { EventBatch, Sample } from "../../src/flow/sample.ts";
import { EVENT_SCHEMA_NAME, EventLines, lossLine, LossReason } from "../../src/output/events.ts";
import { type Column, columnById } from "../../src/view/column.ts";
import { endpointText } from "../../src/view/address.ts";
import { endSentence, endText } from "../../src/view/end.ts";
import { bytesText, durationText } from "../../src/view/units.ts";
import { harmless, harmlessName } from "../../src/harmless.ts";
import { BOOT_WALL_MS, EventFeed } from "../support/event_feed.ts";
import { BESIDE, compareLines, DROPS, oddRows } from "../support/odd_rows.ts";
import { textOf } from "../support/pieces.ts";
import { comm, ended, opened } from "../support/records.ts";
import { fakeSample } from "../view/fake_sample.ts";
import { eventFacts } from "../../src/output/event_facts.ts";

function linesOf(
  batch: EventBatch,
  rows: readonly number[],
  json: boolean,
  columns: readonly Column[] | null = null,
): string {
  return textOf(new EventLines(json, columns).pieces(batch, rows));
}

const eventsJson = (batch: EventBatch, rows: readonly number[]) => linesOf(batch, rows, true);
const eventsText = (batch: EventBatch, rows: readonly number[], columns: readonly Column[] | null = null) =>
  linesOf(batch, rows, false, columns);

const batchOf = (...records: readonly Uint8Array[]) => new EventFeed().batch(...records);

const MS = 1e6;
const CURL = [
  opened({ timeNs: 678_901_000, openedNs: 678_901_000 }),
  ended({ timeNs: 731 * MS, openedNs: 678_901_000, rxBytes: 1009, txBytes: 503, srttUs: 14000, retransmits: 3 }),
];

Deno.test("eventsText() says who, whom and, at the end, how much", () => {
  strictEqual(
    eventsText(batchOf(...CURL), [0, 1]),
    "2026-01-02T03:04:05.678901Z opened 10.0.0.2:51812 -> 1.1.1.1:443  curl[1234]\n" +
      "2026-01-02T03:04:05.731000Z closed 10.0.0.2:51812 -> 1.1.1.1:443  curl[1234]  52.1 ms  in 0.99 KiB  out 503 B  rtt 14.0 ms  retrans 3\n",
  );
});

Deno.test("eventsText() has a dash for how long a connection was open that was met at its end", () => {
  const line = eventsText(batchOf(ended({ openedNs: 5000, unknown: Unknown.age })), [0]);
  strictEqual(line.split("  ").slice(1, 3).join(" "), "curl[1234] -");
});

Deno.test("eventsText() knows no rates", () => {
  const batch = { ...batchOf(...CURL), intervalMs: 1000 };
  for (const id of ["rx/s", "tx/s", "rate"]) {
    strictEqual(eventsText(batch, [1], [columnById(id)!]), "2026-01-02T03:04:05.731000Z closed -\n");
  }
});

Deno.test("eventsText() has the columns that are asked for", () => {
  const columns = [columnById("pid")!, columnById("remote")!, columnById("rx")!];
  strictEqual(
    eventsText(batchOf(...CURL), [1], columns),
    "2026-01-02T03:04:05.731000Z closed 1234  1.1.1.1:443  0.99 KiB\n",
  );
});

Deno.test("eventsJson() is a document a line, with exact figures", () => {
  const [first, second] = eventsJson(batchOf(...CURL), [0, 1]).trimEnd().split("\n").map((l) => JSON.parse(l));
  deepStrictEqual([first.schema, first.event, first.duration_us, first.final], [
    "tcptop.event/1",
    "opened",
    null,
    null,
  ]);
  deepStrictEqual([second.event, second.duration_us, second.rx_bytes, second.tx_bytes], ["closed", 52099, 1009, 503]);
  deepStrictEqual([second.rtt_us, second.retransmits, second.final, second.id === first.id], [14000, 3, true, true]);
});

Deno.test("eventsText() has no byte of a process name that moves the cursor", () => {
  const text = eventsText(batchOf(opened({ comm: comm("\x1b[2Jcurl\n") })), [0]);
  // deno-lint-ignore no-control-regex
  strictEqual(/[\x00-\x09\x0b-\x1f]/.test(text), false);
  strictEqual(text.split("\n").length, 2);
});

Deno.test("lossLine() says how many are missing, and why", () => {
  const wallMs = Date.UTC(2026, 0, 2);
  deepStrictEqual(JSON.parse(lossLine(LossReason.reader, 7, wallMs, EVENT_SCHEMA_NAME)), {
    schema: "tcptop.event/1",
    event: "lost",
    time: "2026-01-02T00:00:00.000000Z",
    reason: "reader",
    count: 7,
  });
  strictEqual(
    lossLine(LossReason.ring, 1204, wallMs, null),
    "2026-01-02T00:00:00.000000Z lost   1,204 records were lost because the ring buffer was full. Try a larger --ring-size, such as 16M\n",
  );
});

Deno.test("every line of eventsJson() and lossLine() fits the schema", () => {
  const validate = new Ajv2020({ allErrors: true }).compile(schema);
  const lines = eventsJson(batchOf(...CURL), [0, 1]) + lossLine(LossReason.ring, 1, 0, EVENT_SCHEMA_NAME);
  for (const line of lines.trimEnd().split("\n")) {
    deepStrictEqual([validate(JSON.parse(line)), validate.errors], [true, null]);
  }
  strictEqual(validate({ ...JSON.parse(lines.split("\n")[0]), rx_bytes: "1" }), false);
});

function oddBatch(more: Partial<Sample>): EventBatch {
  const events = oddRows(ROWS), sample = fakeSample([], { dropsKnown: true, drops: new Map([[1, DROPS]]) });
  return { ...sample, ...more, length: ROWS, flows: events, events, bootWallMs: BOOT_WALL_MS, dropped: 0 };
}
const ROWS = 5000;

const BATCHES = BESIDE.map(oddBatch);
const all = ({ length }: EventBatch) => Array.from({ length }, (_, row) => row);

Deno.test("eventsJson() writes what JSON.stringify() would", () => {
  for (const batch of BATCHES) {
    const wanted = all(batch).map((row) => JSON.stringify({ schema: EVENT_SCHEMA_NAME, ...eventFacts(batch, row) }));
    compareLines(eventsJson(batch, all(batch)), wanted);
  }
});

/** Every second row has the owner of one before it, in all that SameOwners goes by and in what follows from that. */
function alike(batch: EventBatch): EventBatch {
  const { events } = batch,
    copier = new RowCopier(new Set(Object.keys(FLOW_SCHEMA).filter((field) => !OWNER.has(field))));
  for (let row = 1; row < batch.length; row += 2) {
    copier.copy(events, Math.max(0, row - row % 7), events, row);
  }
  new SameOwners().ofEvents(events, batch.length);
  const far = [...events.alike].filter((rows) => rows > 0).length;
  strictEqual(far >= batch.length / 3, true, `${far} of ${batch.length}`);
  return batch;
}
const OWNER = new Set([
  ...["tgid", "how", "unknown", "uid", "netns", "ownerStartNs", "cgroupId", "comm", "host"],
  ...["exe", "wholeName", "ancestors", "cgroup"],
]);

Deno.test("lines of events of one owner have one part, whichever of them are told", () => {
  for (const batch of BESIDE.map((beside) => alike(oddBatch(beside)))) {
    const rows = all(batch).filter((row) => row % 3 > 0);
    const wanted = rows.map((row) => JSON.stringify({ schema: EVENT_SCHEMA_NAME, ...eventFacts(batch, row) }));
    compareLines(eventsJson(batch, rows), wanted);
    compareLines(eventsText(batch, rows), rows.map((row) => wantedText(batch, row).toWellFormed()));
  }
});

/** The line of eventsText(), put together from what JSON says. */
function wantedText(batch: EventBatch, row: number): string {
  const f = eventFacts(batch, row), arrow = f.direction === "inbound" ? "<-" : "->";
  const remote = f.remote === null ? "*" : endpointText(f.remote.address, f.family, f.remote.port);
  const process = f.pid === null ? "-" : `${harmlessName(f.process ?? "-")}[${f.pid}]`;
  const parts = [
    `${f.time} ${f.event.padEnd(6)} ${endpointText(f.local.address, f.family, f.local.port)} ${arrow} ${remote}`,
    f.host === null ? process : `${process}@${harmless(f.host)}`,
  ];
  if (f.container !== null) parts.push(harmless(f.container.name ?? f.container.id.slice(0, 12)));
  if (f.event === "closed") {
    parts.push(durationText(f.duration_us), `in ${bytesText(f.rx_bytes)}`, `out ${bytesText(f.tx_bytes)}`);
    parts.push(`rtt ${durationText(f.rtt_us)}`, `retrans ${f.retransmits ?? "-"}`);
    const dropped = f.dropped?.reduce((sum, { packets }) => sum + packets, 0) ?? 0;
    if (dropped > 0) parts.push(`dropped ${dropped}`);
    if (f.final === false) parts.push("end not seen");
    else if (f.end !== null) parts.push(endText(f.end));
  } else if (f.event === "failed") {
    parts.push(durationText(f.duration_us), f.end === null ? "never established" : endSentence(f.end));
  }
  return parts.join("  ");
}

Deno.test("eventsText() has each figure as it is on the screen", () => {
  for (const batch of BATCHES) {
    const wanted = all(batch).map((row) => wantedText(batch, row).toWellFormed());
    compareLines(eventsText(batch, all(batch)), wanted);
  }
});
