import type { EventBatch, Sample } from "../flow/sample.ts";
import { lossLine, LossReason, lossSentence } from "../output/events.ts";
import { writeOut } from "../output/stdout.ts";

/** What is missing in a stream of events on standard output: a line where it is, and at the end how many there were altogether. */
export class EventLosses {
  #ringLost = 0;
  /** By the last sample. */
  #told = 0;
  #dropped = 0;

  /** `schema`: that of the stream's documents; null: it is text. `say` is told at the end. */
  constructor(readonly schema: string | null, readonly say: (sentence: string) => void) {}

  /** A recording begins, or a further one, which counts from 0. */
  start(): void {
    this.#told = 0;
  }

  /** Samples say what the kernel's side has lost. */
  async sample(sample: Sample): Promise<void> {
    const lost = sample.health.eventsLost - this.#told;
    this.#told += lost;
    this.#ringLost += lost;
    if (lost > 0) await this.#tell(LossReason.ring, lost, sample.wallMs);
  }

  async events({ dropped, wallMs }: EventBatch): Promise<void> {
    this.#dropped += dropped;
    if (dropped > 0) await this.#tell(LossReason.reader, dropped, wallMs);
  }

  close(): void {
    if (this.#ringLost > 0) this.say(lossSentence(LossReason.ring, this.#ringLost));
    if (this.#dropped > 0) this.say(lossSentence(LossReason.reader, this.#dropped));
  }

  async #tell(reason: LossReason, count: number, wallMs: number): Promise<void> {
    await writeOut([lossLine(reason, count, wallMs, this.schema)]);
  }
}
