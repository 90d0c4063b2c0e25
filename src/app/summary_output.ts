import type { Sample } from "../flow/sample.ts";
import type { Options } from "../options.ts";
import { runSummary } from "../output/run_summary.ts";
import { Seen } from "../output/seen.ts";
import { writeTrace } from "../output/stderr.ts";
import type { CommandEnd } from "../system/command.ts";
import { compileFilter } from "../view/filter/compile.ts";
import { chosenRows } from "../view/selection.ts";
import { nowMs } from "./clock.ts";
import type { Output } from "./output.ts";

/** What a command did, in short, on standard error once it has ended. */
export class SummaryOutput implements Output {
  readonly #seen: Seen;
  #beganMs = nowMs();

  /** `note`: what is not seen of it; null: nothing is missed. */
  constructor({ filter, protocol }: Options, readonly note: string | null) {
    const choice = { filter: filter === null ? null : compileFilter(filter), protocol, listeners: false };
    this.#seen = new Seen((sample) => chosenRows(sample, choice));
  }

  start(sample: Sample): void {
    this.#beganMs = nowMs();
    this.#seen.add(sample);
  }

  sample(sample: Sample): void {
    this.#seen.add(sample);
  }

  tell(words: readonly string[], end: CommandEnd): void {
    const lines = runSummary(this.#seen, { words, ...end, ms: nowMs() - this.#beganMs });
    if (this.note !== null) lines.push(`! ${this.note}`);
    for (const line of lines) writeTrace(line);
  }
}
