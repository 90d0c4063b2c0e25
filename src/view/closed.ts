/** Flows that have ended stay on the screen for a while. */
import { appendFlows, FLOW_SCHEMA, type FlowArrays, pack, packFlows, unpack, unpackFlows } from "../flow/columns.ts";
import type { Drops } from "../flow/drop_list.ts";
import type { Sample } from "../flow/sample.ts";
import type { LentFlows } from "./lent_flows.ts";

export const KEPT_NS = 5e9;
/** Of one sample. On a machine that closes more, nobody could read them anyway. */
const MOST_KEPT = 512;

/** What ended in one sample. */
export interface Ended {
  readonly timeNs: number;
  readonly drops: readonly (readonly [number, Drops])[];
  readonly length: number;
  readonly arrays: FlowArrays;
}

const NONE = unpack(FLOW_SCHEMA, new ArrayBuffer(0), 0);

export class ClosedFlows {
  /** The oldest first. */
  #kept: Ended[];
  readonly #buffers: (ArrayBuffer | null)[];

  /** `ended`: in the samples before the first one. `buffers`: two, for all whose copies are shown in turn. */
  constructor(ended: readonly Ended[] = [], buffers: (ArrayBuffer | null)[] = [null, null]) {
    this.#kept = ended.slice();
    this.#buffers = buffers;
  }

  /** As a new one, with the memory of this one. */
  again(ended: readonly Ended[]): this {
    this.#kept = ended.slice();
    return this;
  }

  /** A copy of the sample with those flows behind its own that ended in an earlier one, at most 5 s ago. Their counts are final,
   * and nothing moves on them any more. The copy is good until a later call of any with these buffers, unless that one names it as `kept`. Where
   * `lent` has room for them it is no copy, but the lent memory, and that of a sample before goes back in its place. */
  join(sample: Sample, kept: Sample | null, lent: LentFlows | null = null): Sample {
    this.#kept = this.#kept.filter(({ timeNs }) => timeNs >= sample.timeNs - KEPT_NS);
    const before = this.#kept.slice(), more = before.reduce((sum, { length }) => sum + length, 0);
    const ended = endedOf(sample), length = sample.length + more;
    if (ended.length > 0) this.#kept.push(ended);
    // Each sample has all of the fields, so that all are of one shape (docs/decisions/0054).
    const pastFrom = before.length > 0 ? sample.length : undefined, drops = this.#drops(sample);
    const free = this.#buffers[0] === kept?.flows.rxBytes.buffer ? 1 : 0;
    if (lent !== null) lent.wanted = more + ended.length;
    if (lent !== null && more <= lent.room) {
      lent.keep(this.#buffers[free]);
      this.#buffers[free] = lent.buffer;
      return { ...sample, flows: appendFlows(lent.buffer, sample.length, lent.room, before), length, pastFrom, drops };
    }
    const tables = [{ length: sample.length, arrays: sample.flows }, ...before];
    const buffer = this.#buffers[free] = packFlows(tables, this.#buffers[free]);
    return { ...sample, flows: unpackFlows(buffer, length), length, pastFrom, drops };
  }

  /** Those of the sample, and of what ended before. */
  #drops({ drops }: Sample): Sample["drops"] {
    const past = this.#kept.flatMap((ended) => ended.drops);
    return past.length === 0 ? drops : new Map([...past, ...drops ?? []]);
  }
}

export function endedOf(
  { flows, length, timeNs, drops }: Pick<Sample, "flows" | "length" | "timeNs" | "drops">,
): Ended {
  const rows: number[] = [];
  for (let row = 0; row < length && rows.length < MOST_KEPT; row++) if (flows.closed[row]) rows.push(row);
  if (rows.length === 0) return { timeNs, drops: [], length: 0, arrays: NONE };
  const arrays = unpack(FLOW_SCHEMA, pack(FLOW_SCHEMA, flows, rows), rows.length);
  arrays.rxDelta.fill(0);
  arrays.txDelta.fill(0);
  const kept = drops === undefined || drops.size === 0 ? [] : [...drops].filter(([id]) => arrays.drops.includes(id));
  return { timeNs, drops: kept, length: rows.length, arrays };
}
