import type { EventBatch, Sample } from "../flow/sample.ts";
import type { RunFacts } from "../output/run_summary.ts";
import type { LentFlows } from "../view/lent_flows.ts";

/** Something that takes what the Worker sends. Opened while the process has the rights it was started with. */
export interface Output {
  /** Called with the state found at the start, before the first sample; of a part of a recording with its head alone (Sample.isBeforePart). */
  start?(sample: Sample): void | Promise<void>;
  /** Called for each sample but the one found at the start. */
  sample?(sample: Sample, lent?: LentFlows): void | Promise<void>;
  /** Until when (CLOCK_BOOTTIME) it needs no other sample while nothing moves, once it has taken one; absent, 0: it needs each. */
  readonly restsUntilNs?: number;
  /** Called where no other sample may come before that. */
  rests?(untilNs: number): void;
  /** Command lines are to be read, whatever the options say. */
  readonly wantsCommands?: boolean;
  /** Nothing further is wanted: the run ends. */
  readonly done?: boolean;
  events?(batch: EventBatch): void | Promise<void>;
  /** Called where a recording that is looked at is at its end, after its last sample. */
  atEnd?(): void;
  /** Called where watching has failed, before ended() and close(): of what came after the last sample nothing is known. */
  failed?(): void;
  /** Called once a command under watch has ended, after the last sample; not where it could not be run. */
  ended?(facts: RunFacts): void | Promise<void>;
  /** Once it is closed: an exit status other than the run's; null, absent: none. */
  readonly status?: number | null;
  /** The user will not wait for what close() waits for. */
  hurry?(): void;
  /** Called however the program ends; what was written is complete afterwards. */
  close?(): void | Promise<void>;
}
