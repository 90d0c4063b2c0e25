/** Events as lines. */
import { endpointText } from "../view/address.ts";
import type { Column } from "../view/column.ts";
import type { EventBatch } from "../flow/sample.ts";
import { eventFacts, microTime } from "./event_facts.ts";
import { eventJson } from "./event_json.ts";
import { harmless } from "../harmless.ts";
import { endSentence, endText } from "../view/end.ts";
import { bytesText, counted, durationText } from "../view/units.ts";

export const EVENT_SCHEMA_NAME = "tcptop.event/1";
const CHUNK_CHARACTERS = 1 << 16;

/** A JSON document a line, in pieces of whole lines. */
export function eventsJson(batch: EventBatch, rows: readonly number[]): Iterable<string> {
  return inChunks(rows, (row) => eventJson(EVENT_SCHEMA_NAME, eventFacts(batch, row)) + "\n");
}

/** 03:04:05.678901 closed 10.0.0.2:51812 -> 1.1.1.1:443  curl[1234]  5.30 s  in 12.1 KiB  out 678 B  rtt 14.0 ms  retrans 0
 * `columns`: their texts instead of what stands behind the event; null: as shown. */
export function eventsText(
  batch: EventBatch,
  rows: readonly number[],
  columns: readonly Column[] | null,
): Iterable<string> {
  if (columns === null) return inChunks(rows, (row) => textLine(batch, row) + "\n");
  return inChunks(rows, (row) => {
    const { time, event } = eventFacts(batch, row);
    return `${time} ${event} ${columns.map((column) => column.text(batch, row)).join("  ")}\n`;
  });
}

function textLine(batch: EventBatch, row: number): string {
  const f = eventFacts(batch, row), arrow = f.direction === "inbound" ? "<-" : "->";
  const local = endpointText(f.local.address, f.family, f.local.port);
  const remote = f.remote === null ? "*" : endpointText(f.remote.address, f.family, f.remote.port);
  const process = f.pid === null ? "-" : `${harmless(f.process ?? "-")}[${f.pid}]`;
  const owner = f.host === null ? process : `${process}@${harmless(f.host)}`;
  const parts = [`${f.time} ${f.event.padEnd(6)} ${local} ${arrow} ${remote}`, owner];
  if (f.container !== null) parts.push(harmless(f.container.name ?? f.container.id.slice(0, 12)));
  if (f.event === "closed") {
    parts.push(
      durationText(f.duration_us),
      `in ${bytesText(f.rx_bytes)}`,
      `out ${bytesText(f.tx_bytes)}`,
      `rtt ${durationText(f.rtt_us)}`,
      `retrans ${f.retransmits ?? "-"}`,
    );
    const dropped = f.dropped?.reduce((sum, { packets }) => sum + packets, 0) ?? 0;
    if (dropped > 0) parts.push(`dropped ${dropped}`);
    if (f.final === false) parts.push("end not seen");
    else if (f.end !== null) parts.push(endText(f.end));
  } else if (f.event === "failed") {
    parts.push(durationText(f.duration_us), f.end === null ? "never established" : endSentence(f.end));
  }
  return parts.join("  ");
}

/** Why events are missing, with the number of them. */
export const LossReason = { ring: "ring", reader: "reader" } as const;
export type LossReason = typeof LossReason[keyof typeof LossReason];

/** What stands in the stream where events are missing. `schema`: that of the stream's documents; null: it is text. */
export function lossLine(reason: LossReason, count: number, wallMs: number, schema: string | null): string {
  const time = microTime(wallMs);
  if (schema !== null) return JSON.stringify({ schema, event: "lost", time, reason, count }) + "\n";
  return `${time} lost   ${lossSentence(reason, count)}\n`;
}

export function lossSentence(reason: LossReason, count: number): string {
  return reason === LossReason.ring
    ? counted(
      count,
      "[record was|records were] lost because the ring buffer was full. Try a larger --ring-size, such as 16M",
    )
    : counted(count, "[event was|events were] dropped because the reader of the output was too slow");
}

/** The lines in pieces of whole lines. */
export function* inChunks<T>(items: readonly T[], line: (item: T) => string): Iterable<string> {
  let chunk = "";
  for (const item of items) {
    chunk += line(item);
    if (chunk.length < CHUNK_CHARACTERS) continue;
    yield chunk;
    chunk = "";
  }
  if (chunk !== "") yield chunk;
}
