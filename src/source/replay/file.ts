/** A recording in a file: its chunks one behind the other, from its start or from any of its keyframes. */
import { type Chunk, ChunkKind } from "../recording/format.ts";
import { readInfo, readNames, type RecordingInfo } from "../recording/info.ts";
import { type Keyframe, keyframeBefore, readKeyframe, type RecordingIndex } from "../recording/index.ts";
import { Parts } from "../recording/parts.ts";
import { RecordingReader } from "../recording/reader.ts";
import { unsqueezed } from "../recording/zstd.ts";
import { type Processes, RecordedNames } from "./names.ts";
import { chunkAt, fill, indexOf, scan } from "./places.ts";

/** The kind of a chunk that no file can have: what comes next is of another run of the recorder, of another recording in the
 * file, of a time after a gap, or from the beginning again.
 * Nothing of what was goes on. */
export const RESTART = -1;

export const RESTARTED: Chunk = { kind: RESTART, timeMs: 0, payload: new Uint8Array(0) };

/** Where playing goes on. */
export interface Sought {
  readonly timeMs: number;
  /** The tables of the sample to begin with; null: everything begins anew with the next chunk. */
  readonly state: Uint8Array | null;
  /** What had been told by then; null: what is known counts. */
  readonly info: RecordingInfo | null;
  readonly processes: Processes;
}

export class FileReader {
  #reader: RecordingReader;
  #index: RecordingIndex;
  #restarts = false;
  /** The index was made from the chunks themselves. */
  #isScanned = false;
  readonly #names: RecordedNames;

  /** Throws Unreadable. `names`: gets all of the file's. */
  constructor(readonly file: Deno.FsFile, names = new RecordedNames()) {
    this.#reader = new RecordingReader(fill(file));
    this.#names = names;
    const index = indexOf(file);
    if (index !== null && this.#takeNames(index, names)) this.#index = index;
    else {
      this.#index = this.#scan();
      this.#takeNames(this.#index, names);
    }
    this.#goTo(this.#reader.at);
  }

  next(): Chunk | null {
    if (!this.#restarts) return nextOfAll(this.#reader);
    this.#restarts = false;
    return RESTARTED;
  }

  close(): void {
    this.file.close();
  }

  /** To the last keyframe before the first sample that is not before `wallMs`. null, and nothing has changed: none lies ahead. With `back` it may lie
   * anywhere, and the beginning of the file is one too, with RESTART before it. A place that is not what the index says of it is none. */
  seek(wallMs: number, back = false): Sought | null {
    const from = this.#reader.at;
    this.#restarts = false;
    for (let untilMs = wallMs;;) {
      const keyframe = keyframeBefore(this.#index, untilMs);
      if (keyframe === null || !back && keyframe.at < from) break;
      const state = this.#stateAt(keyframe);
      if (state !== null) return { state, timeMs: keyframe.timeMs, ...this.#toldBefore(keyframe.at) };
      if (this.#isScanned) untilMs = Math.min(untilMs, keyframe.wallMs);
      else this.#index = this.#scan();
    }
    this.#goTo(from);
    if (!back) return null;
    this.#goTo(0);
    this.#restarts = true;
    this.#reader = new RecordingReader(fill(this.file));
    return { state: null, timeMs: 0, info: null, processes: [] };
  }

  #goTo(at: number): void {
    this.file.seekSync(at, Deno.SeekMode.Start);
  }

  #scan(): RecordingIndex {
    this.#isScanned = true;
    return scan(this.file);
  }

  /** Whether all that the index calls names are some. */
  #takeNames(index: RecordingIndex, names: RecordedNames): boolean {
    for (const at of index.names) {
      const chunk = chunkAt(this.file, at);
      if (chunk?.kind !== ChunkKind.names) return false;
      names.add(readNames(chunk.payload), at);
    }
    return true;
  }

  /** Reading goes on behind it. null: there is no such keyframe. */
  #stateAt(keyframe: Keyframe): Uint8Array | null {
    this.#goTo(keyframe.at);
    const reader = new RecordingReader(fill(this.file), keyframe.at), parts = new Parts();
    try {
      for (let first = true;; first = false) {
        const chunk = reader.next();
        if (first && chunk?.timeMs !== keyframe.timeMs) return null;
        if (chunk === null || chunk.kind !== ChunkKind.keyframe && chunk.kind !== ChunkKind.state) return null;
        const isKeyframe = chunk.kind === ChunkKind.keyframe, whole = parts.take(chunk);
        if (whole === null) continue;
        // What other recordings call a state has no time of day of its own.
        const { state, wallMs } = isKeyframe
          ? readKeyframe(whole.bytes)
          : { ...keyframe, state: unsqueezed(whole.bytes) };
        if (wallMs !== keyframe.wallMs) return null;
        this.#reader = reader;
        return state;
      }
    } catch {
      // Cut short, damaged, or not squeezed.
      return null;
    }
  }

  #toldBefore(at: number): { readonly info: RecordingInfo | null; readonly processes: Processes } {
    const infoAt = this.#index.infos.findLast((place) => place < at), readAt = this.#reader.at;
    const chunk = infoAt === undefined ? null : chunkAt(this.file, infoAt);
    this.#goTo(readAt);
    return {
      info: chunk?.kind === ChunkKind.info ? readInfo(chunk.payload) : null,
      processes: this.#names.processesBefore(at),
    };
  }
}

/** The next chunk of recordings that stand one behind the other; null: the end of the last. */
export function nextOfAll(reader: RecordingReader): Chunk | null {
  return reader.next() ?? (reader.again() ? RESTARTED : null);
}
