/** Events as lines. */
import type { Column } from "../view/column.ts";
import { type EventBatch, eventWallMs } from "../flow/sample.ts";
import { counted } from "../view/units.ts";
import { ByteText } from "./byte_text.ts";
import { eventName, microTime } from "./event_facts.ts";
import { EVENT_SCHEMA_NAME, EventJson } from "./event_json.ts";
import { EventText } from "./event_text.ts";

export { EVENT_SCHEMA_NAME };

const CHUNK_BYTES = 1 << 18;
const CHUNK_CHARACTERS = 1 << 16;

/** Events as JSON documents a line, or as text. */
export class EventLines {
  readonly #bytes = new ByteText();
  readonly #lines: EventJson | EventText;

  /** `columns`: of the text, instead of what stands behind the event; null: as shown. */
  constructor(readonly json: boolean, readonly columns: readonly Column[] | null) {
    this.#lines = json ? new EventJson() : new EventText();
  }

  /** Pieces of whole lines, each good until the next is asked for. */
  *pieces(batch: EventBatch, rows: readonly number[]): Iterable<Uint8Array> {
    const to = this.#bytes, columns = this.json ? null : this.columns;
    this.#lines.begin(batch);
    for (const row of rows) {
      if (columns === null) this.#lines.line(to, batch, row);
      else to.text(columnsLine(batch, row, columns));
      if (to.length >= CHUNK_BYTES) yield* this.#taken();
    }
    if (to.length > 0) yield* this.#taken();
  }

  *#taken(): Iterable<Uint8Array> {
    yield this.#bytes.bytes;
    this.#bytes.clear();
  }
}

function columnsLine(batch: EventBatch, row: number, columns: readonly Column[]): string {
  const time = microTime(eventWallMs(batch, row)), event = eventName(batch.events.kind[row]);
  return `${time} ${event} ${columns.map((column) => column.text(batch, row)).join("  ")}\n`;
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
