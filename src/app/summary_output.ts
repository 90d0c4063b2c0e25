import { type RunFacts, runSummary } from "../output/run_summary.ts";
import type { Seen } from "../output/seen.ts";
import { writeTrace } from "../output/stderr.ts";
import type { Output } from "./output.ts";

/** What a command did, in short, on standard error once it has ended. */
export class SummaryOutput implements Output {
  /** `note`: what is not seen of it; null: nothing is missed. */
  constructor(readonly seen: Seen, readonly note: string | null) {}

  ended(facts: RunFacts): void {
    const lines = runSummary(this.seen, facts);
    if (this.note !== null) lines.push(`! ${this.note}`);
    for (const line of lines) writeTrace(line);
  }
}
