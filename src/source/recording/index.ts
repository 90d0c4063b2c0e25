/**
 * Where in a recording playing can begin, and where it says names: so that nobody has to read it from its start. JSON, squeezed, in `index` chunks before the
 * last one, whose payload says where they begin (f64). A recording that was cut short has none: then the headers of its chunks are gone through.
 */
import { CHUNK_HEADER_BYTES, ChunkKind } from "./format.ts";
import { partsOf } from "./parts.ts";
import { squeezed, unsqueezed } from "./zstd.ts";

/** Where playing can begin. */
export interface Keyframe {
  /** Of its first chunk in the file. */
  readonly at: number;
  /** Of that chunk. */
  readonly timeMs: number;
  /** The latest time of day of its sample and of those before it, ms since 1970. */
  readonly wallMs: number;
}

/** All in the order of the file. */
export interface RecordingIndex {
  readonly keyframes: readonly Keyframe[];
  /** Where chunks of names and of the source are. */
  readonly names: readonly number[];
  readonly infos: readonly number[];
}

/** A recording with more of them has no index. */
const MOST = 1 << 20;
/** Payload of the last chunk where there is an index: f64 where its first chunk is. */
export const END_BYTES = 8;
export const WALL_BYTES = 8;

/** Notes chunks as they are written. */
export class IndexWriter {
  readonly #keyframes: Keyframe[] = [];
  readonly #names: number[] = [];
  readonly #infos: number[] = [];

  note(kind: number, at: number): void {
    if (kind === ChunkKind.names && this.#names.length < MOST) this.#names.push(at);
    else if (kind === ChunkKind.info && this.#infos.length < MOST) this.#infos.push(at);
  }

  keyframe(keyframe: Keyframe): void {
    this.#keyframes.push(keyframe);
  }

  /** What the chunks from byte `at` on are to have, the last one too. */
  payloads(at: number): { readonly index: Iterable<Uint8Array>; readonly end: Uint8Array } {
    const keyframes = this.#keyframes, names = this.#names, infos = this.#infos, end = new Uint8Array(END_BYTES);
    if (Math.max(names.length, infos.length, keyframes.length) >= MOST) return { index: [], end: new Uint8Array(0) };
    new DataView(end.buffer).setFloat64(0, at, true);
    const text = JSON.stringify({ at, keyframes, names, infos });
    return { index: partsOf(squeezed(new TextEncoder().encode(text)), 0), end };
  }
}

/** null: it is no index, or not one of a place like this. `at`: where its first chunk is. */
export function readIndex(bytes: Uint8Array, at: number): RecordingIndex | null {
  try {
    const value = JSON.parse(new TextDecoder().decode(unsqueezed(bytes)));
    const { keyframes, names, infos } = value as RecordingIndex;
    const places = (list: readonly unknown[]) => list.every((one, i) => isPlace(one, i === 0 ? 0 : list[i - 1], at));
    const isWhole = value.at === at && places(names) && places(infos) && places(keyframes.map((one) => one.at)) &&
      keyframes.every(({ timeMs, wallMs }) => Number.isFinite(timeMs) && Number.isFinite(wallMs));
    return isWhole ? { keyframes, names, infos } : null;
  } catch {
    return null;
  }
}

function isPlace(at: unknown, before: unknown, end: number): boolean {
  return Number.isSafeInteger(at) && Number(at) > Number(before) && Number(at) <= end - CHUNK_HEADER_BYTES;
}

/** What a keyframe's chunks hold: f64, its wallMs, then the squeezed tables. */
export function keyframeBytes(state: Uint8Array, wallMs: number): Uint8Array {
  const bytes = new Uint8Array(WALL_BYTES + state.length);
  new DataView(bytes.buffer).setFloat64(0, wallMs, true);
  bytes.set(state, WALL_BYTES);
  return bytes;
}

/** Throws an Error where the tables are not squeezed ones. */
export function readKeyframe(bytes: Uint8Array): { readonly state: Uint8Array; readonly wallMs: number } {
  if (bytes.length < WALL_BYTES) throw new RangeError("a keyframe has no time");
  const wallMs = new DataView(bytes.buffer, bytes.byteOffset).getFloat64(0, true);
  return { wallMs, state: unsqueezed(bytes.subarray(WALL_BYTES)) };
}

/** The last keyframe before the first sample that is not before `wallMs`; null: there is none. */
export function keyframeBefore({ keyframes }: RecordingIndex, wallMs: number): Keyframe | null {
  const behind = keyframes.findIndex((one) => one.wallMs >= wallMs);
  return keyframes[(behind < 0 ? keyframes.length : behind) - 1] ?? null;
}
