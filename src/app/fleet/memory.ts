/** What the live screen remembers of several hosts: the samples that were shown, as they were. */
import { type FlowArrays, packFlows } from "../../flow/columns.ts";
import { endedOf, KEPT_NS } from "../../view/closed.ts";
import type { Extent, Step } from "../../view/screen/moment.ts";
import { endedAgain, keepEnded, keepRows, type KeptEnded, rowsAgain } from "../history/ended.ts";
import { released } from "../../source/recording/byte_list.ts";
import { placeAfter, placeOf } from "../history/places.ts";
import type { MomentMessage, SampleMessage } from "../protocol.ts";

/** With what a look back takes, and what waits for the collector, it is to stay below 64 MiB. */
const MOST_BYTES = 32 << 20;
/** What is old, where that is too much, keeps a sample for each stretch of this. */
const THIN_NS = 60e9;
/** So many of the latest stay whatever they take. */
const LEAST_SAMPLES = 2;
/** Of each sample, whatever is in it, and of each host: objects, notes. */
const OVERHEAD_BYTES = 2048, HOST_BYTES = 128;

type Told = Pick<
  SampleMessage,
  "host" | "fleet" | "health" | "source" | "selfCpuPercent" | "selfRssBytes" | "timeWait" | "synRecv"
>;

interface Kept {
  readonly timeNs: number;
  readonly told: Told;
  readonly sample: Omit<SampleMessage["sample"], "flows">;
  readonly rows: Uint8Array | null;
  readonly ended: KeptEnded | null;
  readonly bytes: number;
}

export class FleetMemory {
  readonly #all: Kept[] = [];
  #bytes = 0;
  /** The last sample that has nothing left behind it in its stretch; -1: none. */
  #thin = -1;
  #thinBeforeNs: number | null = null;

  constructor(readonly durationMs: number, readonly mostBytes = MOST_BYTES) {}

  get bytes(): number {
    return this.#bytes;
  }

  get extent(): Extent | null {
    const first = this.#all[0], last = this.#all.at(-1), thin = this.#thinBeforeNs;
    if (first === undefined || last === undefined) return null;
    return {
      oldestNs: first.timeNs,
      newestNs: last.timeNs,
      thinBeforeNs: thin !== null && thin > first.timeNs ? thin : null,
    };
  }

  add(message: SampleMessage, flows: FlowArrays): void {
    const { host, fleet, health, source, selfCpuPercent, selfRssBytes, timeWait, synRecv } = message;
    const { flows: _, ...sample } = message.sample, { timeNs, length } = sample;
    const rows = length === 0 ? null : keepRows(flows, length), ended = keepEnded(endedOf({ ...sample, flows }));
    const bytes = OVERHEAD_BYTES + HOST_BYTES * (fleet?.length ?? 0) + (rows?.length ?? 0) + (ended?.rows.length ?? 0);
    const told = { host, ...fleet && { fleet }, health, source, selfCpuPercent, selfRssBytes, timeWait, synRecv };
    this.#all.push({ timeNs, told, sample, rows, ended, bytes });
    this.#bytes += bytes;
    while (this.#all.length > LEAST_SAMPLES && this.#all[0].timeNs < timeNs - this.durationMs * 1e6) this.#remove(0);
    while (this.#bytes > this.mostBytes && this.#all.length > LEAST_SAMPLES) this.#thinOut();
  }

  /** null: the step leads to the present. */
  look(fromNs: number, step: Step): MomentMessage["moment"] {
    const all = this.#all, at = placeAfter(all, placeOf(all, fromNs), step), { extent } = this;
    if (at === null || extent === null) return null;
    const { timeNs, told, sample, rows } = all[at];
    const ended = all.slice(0, at).filter((kept) => kept.timeNs >= timeNs - KEPT_NS).flatMap(({ ended }) =>
      ended === null ? [] : endedAgain(ended)
    );
    return { ...told, sample: { ...sample, flows: flowsOf(rows) }, ended, extent };
  }

  /** One sample less: the oldest that another one of its stretch stands for; then the oldest of all. */
  #thinOut(): void {
    const all = this.#all, last = all.length - LEAST_SAMPLES;
    for (let at = Math.max(0, this.#thin); at + 1 < last; at++) {
      this.#thin = at;
      if (all[at + 1].timeNs >= all[at].timeNs + THIN_NS) continue;
      this.#remove(at + 1);
      this.#thinBeforeNs = all[at + 1].timeNs;
      return;
    }
    this.#remove(0);
  }

  #remove(at: number): void {
    const [{ bytes }] = this.#all.splice(at, 1);
    this.#bytes -= bytes;
    if (at <= this.#thin) this.#thin--;
  }
}

function flowsOf(rows: Uint8Array | null): ArrayBuffer {
  if (rows === null) return packFlows([]);
  const again = rowsAgain(rows), flows = packFlows([again]);
  released(new Uint8Array(again.arrays.rxBytes.buffer));
  return flows;
}
