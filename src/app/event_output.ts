import type { Sample } from "../flow/sample.ts";
import { eventsJson, eventsText, lossLine, LossReason, lossSentence } from "../output/events.ts";
import { writeOut } from "../output/stdout.ts";
import type { Column } from "../view/column.ts";
import type { EventBatch } from "../view/event.ts";
import type { Output } from "./output.ts";

/** Events on standard output, and where some are missing, how many. */
export class EventOutput implements Output {
  #ringLost = 0;
  #dropped = 0;
  #left: number;

  /** `say` is told at the end what was lost altogether. `limit`: lines in all; 0: no limit. `columns`: of the text. */
  constructor(
    readonly json: boolean,
    readonly columns: readonly Column[] | null,
    limit: number,
    readonly select: (batch: EventBatch) => readonly number[],
    readonly say: (sentence: string) => void,
  ) {
    this.#left = limit || Infinity;
  }

  /** Samples say what the kernel's side has lost. */
  async sample(sample: Sample): Promise<void> {
    const lost = sample.health.eventsLost - this.#ringLost;
    this.#ringLost += lost;
    if (lost > 0) await this.#lost(LossReason.ring, lost, sample.wallMs);
  }

  async events(batch: EventBatch): Promise<void> {
    this.#dropped += batch.dropped;
    if (batch.dropped > 0) await this.#lost(LossReason.reader, batch.dropped, batch.wallMs);
    const rows = this.select(batch).slice(0, this.#left);
    this.#left -= rows.length;
    await writeOut(this.json ? eventsJson(batch, rows) : eventsText(batch, rows, this.columns));
  }

  close(): void {
    if (this.#ringLost > 0) this.say(lossSentence(LossReason.ring, this.#ringLost));
    if (this.#dropped > 0) this.say(lossSentence(LossReason.reader, this.#dropped));
  }

  async #lost(reason: LossReason, count: number, wallMs: number): Promise<void> {
    await writeOut([lossLine(reason, count, wallMs, this.json)]);
  }
}
