import type { EventBatch, Sample } from "../flow/sample.ts";
import { EVENT_SCHEMA_NAME, EventLines } from "../output/events.ts";
import { writeJson, writeText } from "../output/stdout.ts";
import type { Column } from "../view/column.ts";
import { EventLosses } from "./event_losses.ts";
import type { Output } from "./output.ts";

/** Events on standard output, and where some are missing, how many. */
export class EventOutput implements Output {
  readonly #losses: EventLosses;
  readonly #lines: EventLines;
  #left: number;

  /** `say` is told at the end what was lost altogether. `limit`: lines in all; 0: no limit. `columns`: of the text. `told`: the batch with the names that are told. */
  constructor(
    readonly json: boolean,
    columns: readonly Column[] | null,
    limit: number,
    readonly select: (batch: EventBatch) => readonly number[],
    say: (sentence: string) => void,
    readonly told: (batch: EventBatch) => EventBatch = (batch) => batch,
  ) {
    this.#lines = new EventLines(json, columns);
    this.#losses = new EventLosses(json ? EVENT_SCHEMA_NAME : null, say);
    this.#left = limit || Infinity;
  }

  start(): void {
    this.#losses.start();
  }

  async sample(sample: Sample): Promise<void> {
    await this.#losses.sample(sample);
  }

  async events(batch: EventBatch): Promise<void> {
    await this.#losses.events(batch);
    const rows = this.select(batch).slice(0, this.#left);
    this.#left -= rows.length;
    const pieces = this.#lines.pieces(this.told(batch), rows);
    if (this.json) await writeJson(pieces);
    else await writeText(pieces);
  }

  close(): void {
    this.#losses.close();
  }
}
