import { ExitStatus, TcptopError } from "../../errors.ts";
import { CHUNK_HEADER_BYTES, chunkBytes, ChunkKind, HEADER_BYTES, headerBytes, MAX_PAYLOAD_BYTES } from "./format.ts";
import { IndexWriter, keyframeBytes } from "./index.ts";
import { jsonBytes, type Names, type RecordingInfo } from "./info.ts";
import type { Keeper } from "./keeper.ts";
import { partsOf } from "./parts.ts";
import { squeezed } from "./zstd.ts";

/** What is written to: an OutputFile, as a rule. */
export interface RecordFile {
  readonly path: string;
  readonly byteLength: number;
  append(bytes: Uint8Array): void;
  /** Only of a pipe (pipe.ts). */
  readonly isFull?: boolean;
  readonly isClosed?: boolean;
  flushed?(): Promise<void>;
  close(): void;
  discard(): void;
}

const NOTHING = new Uint8Array(0);

/** So much has to be played at most to get from a keyframe to any sample behind it. */
export interface Keyframes {
  readonly bytes: number;
  readonly samples: number;
}

/** About 30 ms. */
const KEYFRAMES: Keyframes = { bytes: 4 << 20, samples: 512 };
/** Keyframes take no larger a share of the file. */
const KEYFRAME_SHARE = 16;

/** Writes chunks as they come: nothing is held back, so a process that is killed leaves whole chunks. */
export class FileKeeper implements Keeper {
  #beganMs: number | null = null;
  #failed = false;
  readonly #index = new IndexWriter();
  /** Where the next chunk will be. */
  #at = HEADER_BYTES;
  /** Nothing but names has come since the last sample. */
  #atSample = false;
  /** Since the last keyframe. */
  #samples = Infinity;
  #bytes = 0;
  #keyframeBytes = 0;
  /** What is drained ten times a second would else be garbage in a buffer of its own each time. */
  readonly #room = new Uint8Array(CHUNK_HEADER_BYTES + (1 << 20));

  constructor(readonly file: RecordFile, readonly nowMs: () => number, readonly keyframes = KEYFRAMES) {
    if (file.byteLength > 0) {
      throw new TcptopError(
        `Cannot record to ${file.path}: it is not empty. Name a new file, or remove it first`,
        ExitStatus.failed,
      );
    }
  }

  info(info: RecordingInfo): void {
    this.#write(ChunkKind.info, jsonBytes(info));
  }

  /** In pieces of whole records. */
  records(bytes: Uint8Array): void {
    this.#atSample = false;
    this.#bytes += bytes.length;
    for (let at = 0; at < bytes.length;) {
      const end = wholeRecords(bytes, at);
      this.#write(ChunkKind.records, bytes.subarray(at, end));
      at = end;
    }
  }

  names(names: Names): void {
    this.#write(ChunkKind.names, jsonBytes(names));
  }

  sample(): void {
    this.#write(ChunkKind.sample, NOTHING);
    this.#atSample = true;
    this.#samples++;
  }

  get wantsState(): boolean {
    return this.#atSample && this.#bytes >= KEYFRAME_SHARE * this.#keyframeBytes &&
      (this.#samples >= this.keyframes.samples || this.#bytes >= this.keyframes.bytes);
  }

  state(bytes: Uint8Array, wallMs: number): void {
    const keyframe = keyframeBytes(squeezed(bytes), wallMs);
    const at = this.#at, times = [...partsOf(keyframe, 0)].map((part) => this.#write(ChunkKind.keyframe, part));
    this.#index.keyframe({ at, timeMs: times[0], wallMs });
    this.#keyframeBytes = keyframe.length;
    this.#samples = this.#bytes = 0;
    this.#atSample = false;
  }

  get isFull(): boolean {
    return this.file.isFull === true;
  }

  get isClosed(): boolean {
    return this.file.isClosed === true;
  }

  end(): void | Promise<void> {
    try {
      const { index, end } = this.#index.payloads(this.#at);
      for (const part of index) this.#write(ChunkKind.index, part);
      this.#write(ChunkKind.end, end);
    } finally {
      this.file.close();
    }
    return this.file.flushed?.();
  }

  discard(): void {
    this.file.discard();
  }

  /** Nothing is written once a chunk was not: the end chunk, which is short, would belie the hole. When it was written, ms since the
   * recording began. */
  #write(kind: number, payload: Uint8Array): number {
    const nowMs = this.nowMs(), timeMs = nowMs - (this.#beganMs ?? nowMs);
    if (this.#failed) return timeMs;
    try {
      if (this.#beganMs === null) this.file.append(headerBytes());
      this.#beganMs ??= nowMs;
      this.file.append(chunkBytes(kind, timeMs, payload, this.#room));
      this.#index.note(kind, this.#at);
      this.#at += CHUNK_HEADER_BYTES + payload.length;
      return timeMs;
    } catch (error) {
      this.#failed = true;
      throw error;
    }
  }
}

/** Where the last record ends that lies within MAX_PAYLOAD_BYTES from `start` on. */
function wholeRecords(bytes: Uint8Array, start: number): number {
  const most = start + MAX_PAYLOAD_BYTES;
  if (bytes.length <= most) return bytes.length;
  let end = start;
  for (let size = 1; size > 0 && end + size <= most;) {
    end += size === 1 ? 0 : size;
    size = bytes[end + 2] | bytes[end + 3] << 8;
  }
  return end > start ? end : most;
}
