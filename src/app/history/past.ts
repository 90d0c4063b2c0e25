/** Samples of the past, made anew from what is remembered: tables of their own, which begin where a segment does. */
import { Decoder } from "../../decode/decode.ts";
import { type FlowArrays, unpackFlows } from "../../flow/columns.ts";
import { StateReader } from "../../flow/state.ts";
import { FlowTables, type PackedSample } from "../../flow/tables.ts";
import { Spread } from "../../source/recording/spread.ts";
import { released } from "../../source/recording/byte_list.ts";
import { unsqueezed } from "../../source/recording/zstd.ts";
import { type Step, STEPS } from "../../view/screen/moment.ts";
import { type Ended, KEPT_NS } from "../../view/closed.ts";
import type { Kept, Memory, Segment } from "./memory.ts";
import { endedAgain } from "./ended.ts";
import { giveAgain } from "./given.ts";
import { placeAfter, placeOf } from "./places.ts";

/** What is typed meanwhile may have been added to the step that leads to the oldest sample. */
const TO_THE_OLDEST = STEPS.get("(")!.samples / 2;

export interface Moment {
  readonly kept: Kept;
  readonly sample: PackedSample;
  /** What ended in the samples before and is still to be seen. */
  readonly ended: readonly Ended[];
}

/** What was before all that is remembered, or in a part that is not: the sample before this time of day is wanted (ms since 1970). */
export interface Before {
  readonly beforeMs: number;
}

/** A place in the memory. */
interface Place {
  readonly segment: number;
  readonly sample: number;
}

export class Past {
  readonly #tables = new FlowTables();
  readonly #spread = new Spread();
  /** What the tables are at; null: nothing. */
  #at: { readonly segment: Segment; readonly sample: number } | null = null;

  constructor(readonly memory: Memory) {}

  /** From the sample that was taken at `fromNs`, or else the next one. null: it leads to the present. Before, where it leads to what is not
   * remembered, unless that lies before `beganMs` (ms since 1970): nothing earlier can be had. */
  look(fromNs: number, step: Step, beganMs = Infinity): Moment | Before | null {
    const all = this.#places(), times = all.map(({ kept }) => kept), from = placeOf(times, fromNs);
    const before = beforeOf(times, from, step, beganMs);
    if (before !== null) return before;
    const at = placeAfter(times, from, step);
    return at === null ? null : this.#rebuild(all, at);
  }

  /** Nobody looks any more: what looking takes is given back at once. */
  release(): void {
    this.#tables.release();
  }

  #places(): (Place & { readonly kept: Kept })[] {
    return this.memory.segments.flatMap(({ samples }, segment) =>
      samples.map((kept, sample) => ({ segment, sample, kept }))
    );
  }

  #rebuild(all: readonly (Place & { readonly kept: Kept })[], target: number): Moment {
    const { kept } = all[target], ended: Ended[] = [];
    for (let at = target - 1; at >= 0 && all[at].kept.timeNs >= kept.timeNs - KEPT_NS; at--) {
      const before = all[at].kept.ended;
      if (before !== null) ended.unshift(endedAgain(before));
    }
    return { kept, sample: this.#sampleAt(all[target]), ended };
  }

  #sampleAt({ segment: index, sample: wanted, kept }: Place & { readonly kept: Kept }) {
    const segment = this.memory.segments[index], at = this.#at;
    let next = at !== null && at.segment === segment && at.sample < wanted ? at.sample + 1 : 0;
    for (; next < wanted; next++) {
      this.#bring(segment, next);
      this.#tables.passSample();
    }
    this.#bring(segment, wanted);
    this.#at = { segment, sample: wanted };
    this.#spread.rest();
    const sample = this.#tables.takeSample(), flows: FlowArrays = unpackFlows(sample.flows, sample.length, sample.room);
    const { given } = segment.samples.findLast(({ given }, i) => i <= wanted && given !== null) ?? kept;
    if (sample.length === kept.length && given !== null) giveAgain(given, flows, kept.length);
    return sample;
  }

  /** The tables to where the sample can be taken. */
  #bring(segment: Segment, sample: number): void {
    if (sample === 0) {
      const state = unsqueezed(segment.state);
      this.#tables.load(new StateReader(state));
      released(state);
      this.#spread.reset();
      return;
    }
    const decoder = new Decoder(this.#tables);
    for (const piece of segment.samples[sample].records ?? []) decoder.decode(this.#spread.spread(piece));
  }
}

/** null: the step stays within what is remembered without a gap, or there is nothing before. */
function beforeOf(all: readonly Kept[], from: number, { samples, ms }: Step, beganMs: number): Before | null {
  const first = all.findLastIndex(({ gap }, i) => gap && i <= from), oldest = all[Math.max(0, first)];
  if (oldest === undefined || oldest.wallMs <= beganMs) return null;
  const to = Math.max(0, from + samples), wantedMs = all[Math.min(to, from)].wallMs + ms;
  if (samples < TO_THE_OLDEST) return { beforeMs: -Infinity };
  if (samples < 0 && from + samples < Math.max(0, first)) return { beforeMs: oldest.wallMs };
  return ms < 0 && wantedMs < oldest.wallMs ? { beforeMs: wantedMs + 1 } : null;
}
