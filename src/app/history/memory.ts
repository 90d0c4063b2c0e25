/**
 * What the live screen remembers: segments of a recording in memory. Each begins with the tables as they were when a sample was taken, so that what
 * came next can be rebuilt from there; the records of the samples behind it are squeezed, one after the other.
 */
import type { FlowArrays } from "../../flow/columns.ts";
import type { Names, RecordingInfo } from "../../source/recording/info.ts";
import type { Keeper } from "../../source/recording/keeper.ts";
import { Squeeze } from "../../source/recording/squeeze.ts";
import { squeezed } from "../../source/recording/zstd.ts";
import { ToldNames } from "./told_names.ts";
import type { PackedSample } from "../../flow/tables.ts";
import type { Extent } from "../../view/screen/moment.ts";
import type { Beside } from "../protocol.ts";
import { keepEnded, type KeptEnded } from "./ended.ts";
import { endedOf } from "../../view/closed.ts";
import { Given } from "./given.ts";

export interface Kept {
  readonly timeNs: number;
  readonly wallMs: number;
  /** What came just before is not remembered, though it is there: a recording was not played all through. */
  readonly gap: boolean;
  readonly length: number;
  readonly beside: Beside;
  /** null: as in the sample before, of the same segment. */
  readonly given: Uint8Array | null;
  /** What of it is to be seen for a while; null: nothing ended. */
  readonly ended: KeptEnded | null;
  /** Squeezed, in the order in which they came; null: they are not kept any more. */
  records: readonly Uint8Array[] | null;
  names: readonly Names[];
}

export interface Segment {
  /** Squeezed; of its first sample. */
  readonly state: Uint8Array;
  /** The records of the first one go on from the segment before; from the second on they begin anew. */
  samples: Kept[];
  bytes: number;
  /** Only its first sample is left. */
  thin: boolean;
}

/** Of this at most what is kept: with tables to look back with, buffers, and what waits for the collector, it is to stay below 64 MiB. */
const MOST_BYTES = 28 << 20;
/** So much is gone through at most to get from the beginning of a segment to any of its samples. */
const SEGMENT_BYTES = 8 << 20;
const SEGMENT_SAMPLES = 60;
/** Records of a sample are squeezed in pieces of this: one that takes long takes no more memory. */
const PIECE_BYTES = 4 << 20;
/** Of each segment, whatever is in it: objects, and ends of buffers. */
const OVERHEAD_BYTES = 512;

export class Memory implements Keeper {
  about: RecordingInfo | null = null;
  readonly #segments: Segment[] = [];
  readonly #squeeze = new Squeeze();
  readonly #given = new Given();
  #pieces: Uint8Array[] = [];
  #names: Names[] = [];
  #rawBytes = 0;
  /** Of these, what is in the stretch that has not been finished. */
  #stretchBytes = 0;
  #bytes = 0;
  #jumped = false;
  #state: Uint8Array | null = null;
  readonly #told = new ToldNames();

  constructor(readonly durationMs: number, readonly mostBytes = MOST_BYTES) {}

  get segments(): readonly Segment[] {
    return this.#segments;
  }

  get extent(): Extent | null {
    const first = this.#segments[0], last = this.#segments.at(-1)?.samples.at(-1);
    if (first === undefined || last === undefined) return null;
    const whole = this.#segments.find(({ thin }) => !thin);
    return {
      oldestNs: first.samples[0].timeNs,
      newestNs: last.timeNs,
      thinBeforeNs: first.thin ? whole?.samples[0].timeNs ?? last.timeNs : null,
    };
  }

  /** Names that were told with samples that are not kept any more. */
  told(): readonly Names[] {
    return this.#told.list();
  }

  info(info: RecordingInfo): void {
    this.about = info;
  }

  records(bytes: Uint8Array): void {
    this.#squeeze.take(bytes);
    this.#rawBytes += bytes.length;
    this.#stretchBytes += bytes.length;
    if (this.#stretchBytes >= PIECE_BYTES) this.#finish();
  }

  names(names: Names): void {
    this.#names.push(names);
  }

  /** The records of the sample that is about to be taken are all there. */
  sample(): void {
    this.#finish();
  }

  /** What has been kept does not lead to the sample that is taken next: it is of another time, or those in between are not kept. */
  jumped(): void {
    this.#finish();
    this.#pieces = [];
    this.#jumped = true;
  }

  /** Whether the sample that is about to be taken is to begin a segment: state() then. */
  get wantsState(): boolean {
    const last = this.#segments.at(-1);
    return last === undefined || this.#jumped || this.#rawBytes >= SEGMENT_BYTES ||
      last.samples.length >= SEGMENT_SAMPLES;
  }

  state(bytes: Uint8Array): void {
    this.#state = squeezed(bytes);
    this.#squeeze.reset();
    this.#rawBytes = 0;
  }

  /** The sample, once all its columns are filled. */
  add(sample: PackedSample, flows: FlowArrays, beside: Beside): void {
    const { timeNs, wallMs, length } = sample, ended = keepEnded(endedOf({ ...sample, flows }));
    const given = this.#given.keep(flows, length, this.#state !== null),
      records = this.#jumped ? null : this.#pieces,
      names = this.#names,
      state = this.#state,
      gap = this.#jumped && this.#segments.length > 0;
    this.#jumped = false;
    this.#pieces = [];
    this.#names = [];
    this.#state = null;
    const kept: Kept = { timeNs, wallMs, gap, length, beside, given, ended, records, names };
    if (state !== null) {
      const bytes = state.length + OVERHEAD_BYTES;
      this.#segments.push({ state, samples: [], bytes, thin: false });
    }
    const segment = this.#segments.at(-1);
    if (segment === undefined) return;
    segment.samples.push(kept);
    segment.bytes += bytesOf(kept);
    this.#bytes += bytesOf(kept) + (state === null ? 0 : state.length + OVERHEAD_BYTES);
    this.#forget(timeNs);
  }

  /** What comes next is of an earlier time. */
  forget(): void {
    this.#segments.length = 0;
    this.#bytes = this.#rawBytes = 0;
    this.jumped();
  }

  end(): void {}
  discard(): void {}

  #finish(): void {
    if (this.#stretchBytes > 0) this.#pieces.push(this.#squeeze.finish());
    this.#stretchBytes = 0;
  }

  /** What is older than it should be; then, if it is too much, the oldest lose all but a sample a segment; then the oldest themselves. */
  #forget(nowNs: number): void {
    const segments = this.#segments, oldestNs = nowNs - this.durationMs * 1e6;
    while (segments.length > 1 && segments[1].samples[0].timeNs <= oldestNs) this.#drop();
    while (this.#bytes > this.mostBytes && segments.length > 2) {
      const whole = segments.findIndex(({ thin }) => !thin);
      if (whole >= 0 && whole < segments.length - 2) this.#thin(whole);
      else this.#drop();
    }
  }

  #drop(): void {
    const gone = this.#segments.shift()!;
    this.#bytes -= gone.bytes;
    for (const { names } of gone.samples) this.#told.add(names);
    this.#cut(0);
  }

  #thin(index: number): void {
    const segment = this.#segments[index], before = segment.bytes;
    for (const { names } of segment.samples.slice(1)) this.#told.add(names);
    segment.samples = segment.samples.slice(0, 1);
    segment.thin = true;
    segment.bytes = segment.state.length + OVERHEAD_BYTES + bytesOf(segment.samples[0]);
    this.#bytes += segment.bytes - before;
    this.#cut(index);
    this.#cut(index + 1);
  }

  /** What leads to the first sample of a segment is not there any more. */
  #cut(index: number): void {
    const segment = this.#segments[index], first = segment?.samples[0];
    if (first === undefined || first.records === null) return;
    const bytes = bytesOf(first);
    first.records = null;
    segment.bytes += bytesOf(first) - bytes;
    this.#bytes += bytesOf(first) - bytes;
  }
}

/** A rough size of the names is good enough: they are few. */
function bytesOf({ given, ended, records, names }: Kept): number {
  const squeezed = records?.reduce((sum, piece) => sum + piece.length, 0) ?? 0;
  return OVERHEAD_BYTES + (given?.length ?? 0) + (ended?.rows.length ?? 0) + squeezed + names.length * 200;
}
