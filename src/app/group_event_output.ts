import type { Sample } from "../flow/sample.ts";
import { GROUP_EVENT_SCHEMA, groupEventsJson, groupEventsText } from "../output/group_events.ts";
import { writeJson, writeText } from "../output/stdout.ts";
import type { EventBatch } from "../view/event.ts";
import type { GroupEvent } from "../view/group_event.ts";
import type { GroupLog } from "../view/group_log.ts";
import { EventLosses } from "./event_losses.ts";
import type { Output } from "./output.ts";

/** What happens to groups on standard output, and where events are missing, how many. */
export class GroupEventOutput implements Output {
  readonly #losses: EventLosses;
  #left: number;

  /** `say` is told at the end what was lost altogether. `limit`: lines in all; 0: no limit. */
  constructor(readonly json: boolean, limit: number, readonly log: GroupLog, say: (sentence: string) => void) {
    this.#losses = new EventLosses(json ? GROUP_EVENT_SCHEMA : null, say);
    this.#left = limit || Infinity;
  }

  /** What is open already is no opening, and counts. */
  start(sample: Sample): void {
    this.log.look(sample);
  }

  async sample(sample: Sample): Promise<void> {
    await this.#losses.sample(sample);
    await this.#tell(this.log.look(sample));
  }

  async events(batch: EventBatch): Promise<void> {
    await this.#losses.events(batch);
    await this.#tell(this.log.tell(batch));
  }

  close(): void {
    this.#losses.close();
  }

  async #tell(events: readonly GroupEvent[]): Promise<void> {
    const told = events.slice(0, this.#left);
    this.#left -= told.length;
    if (this.json) await writeJson(groupEventsJson(told));
    else await writeText(groupEventsText(told));
  }
}
