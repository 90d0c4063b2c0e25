/** Flows that have ended stay on the screen for a while. */
import { Columns, FLOW_SCHEMA, packFlows, unpackFlows } from "../flow/columns.ts";
import type { Sample } from "../flow/sample.ts";

const KEPT_NS = 5e9;
/** More than this of them at once, and the oldest go early: the screen shows a few hundred at most. */
const MOST_KEPT = 8192;

const SCHEMA = { ...FLOW_SCHEMA, endedNs: "f64" } as const;

export class ClosedFlows {
  readonly #kept = new Columns(SCHEMA);

  /** The sample with those flows behind its own that ended in an earlier one, at most 5 s ago. Their counts
   * are final, and nothing moves on them any more. */
  join(sample: Sample): Sample {
    this.#forget(sample.timeNs - KEPT_NS);
    const joined = this.#kept.length === 0 ? sample : this.#joined(sample);
    this.#keep(sample);
    return joined;
  }

  #forget(beforeNs: number): void {
    const { endedNs } = this.#kept.arrays;
    for (let row = this.#kept.length - 1; row >= 0; row--) if (endedNs[row] < beforeNs) this.#kept.remove(row);
    this.#kept.shrink();
  }

  #joined(sample: Sample): Sample {
    const length = sample.length + this.#kept.length;
    const flows = unpackFlows(packFlows([{ length: sample.length, arrays: sample.flows }, this.#kept]), length);
    return { ...sample, flows, length, pastFrom: sample.length };
  }

  #keep(sample: Sample): void {
    const { closed } = sample.flows;
    for (let row = 0; row < sample.length; row++) {
      if (closed[row] === 0) continue;
      if (this.#kept.length >= MOST_KEPT) this.#kept.remove(0);
      const to = this.#kept.add(), kept = this.#kept.arrays;
      for (const field in FLOW_SCHEMA) {
        const name = field as keyof typeof FLOW_SCHEMA, from = sample.flows[name];
        if (FLOW_SCHEMA[name] === "b16") kept[name].set(from.subarray(row * 16, row * 16 + 16), to * 16);
        else kept[name][to] = from[row];
      }
      kept.rxDelta[to] = kept.txDelta[to] = 0;
      kept.endedNs[to] = sample.timeNs;
    }
  }
}
