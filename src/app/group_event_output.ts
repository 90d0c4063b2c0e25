import type { EventBatch, Sample } from "../flow/sample.ts";
import { GROUP_EVENT_SCHEMA, groupEvent, groupEventsJson, groupEventsText, groupLog } from "../output/group_events.ts";
import { writeJson, writeText } from "../output/stdout.ts";
import type { GroupIdentity } from "../output/group_facts.ts";
import type { Grouping } from "../view/group_key.ts";
import type { GroupLog } from "../flow/group_log.ts";
import type { GroupChange } from "../flow/live_group.ts";
import { EventLosses } from "./event_losses.ts";
import type { Output } from "./output.ts";
import type { Shown } from "./told_names.ts";

/** What happens to groups on standard output, and where events are missing, how many. */
export class GroupEventOutput implements Output {
  readonly #losses: EventLosses;
  readonly #log: GroupLog<GroupIdentity>;
  #left: number;

  /** `say` is told at the end what was lost altogether. `limit`: lines in all; 0: no limit. `choose`: the rows that count. `told`: the sample with the names that are
   * told. */
  constructor(
    readonly json: boolean,
    limit: number,
    readonly by: Grouping,
    choose: (sample: Sample) => readonly number[],
    say: (sentence: string) => void,
    told: Shown = (sample) => sample,
  ) {
    this.#log = groupLog(by, choose, told);
    this.#losses = new EventLosses(json ? GROUP_EVENT_SCHEMA : null, say);
    this.#left = limit || Infinity;
  }

  /** What is open already is no opening, and counts. */
  start(sample: Sample): void {
    this.#losses.start();
    this.#log.look(sample);
  }

  async sample(sample: Sample): Promise<void> {
    await this.#losses.sample(sample);
    await this.#tell(this.#log.look(sample));
  }

  async events(batch: EventBatch): Promise<void> {
    await this.#losses.events(batch);
    await this.#tell(this.#log.tell(batch));
  }

  close(): void {
    this.#losses.close();
  }

  async #tell(changes: readonly GroupChange<GroupIdentity>[]): Promise<void> {
    const told = changes.slice(0, this.#left).map((change) => groupEvent(change, this.by));
    this.#left -= told.length;
    if (this.json) await writeJson(groupEventsJson(told));
    else await writeText(groupEventsText(told));
  }
}
