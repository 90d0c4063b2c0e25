import { ExitStatus, TcptopError } from "../../errors.ts";
import { CHUNK_HEADER_BYTES, chunkBytes, ChunkKind, headerBytes, MAX_PAYLOAD_BYTES } from "./format.ts";
import { jsonBytes, type Names, type RecordingInfo } from "./info.ts";
import type { Keeper } from "./keeper.ts";

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

/** Writes chunks as they come: nothing is held back, so a process that is killed leaves whole chunks. */
export class FileKeeper implements Keeper {
  #beganMs: number | null = null;
  #failed = false;
  /** What is drained ten times a second would else be garbage in a buffer of its own each time. */
  readonly #room = new Uint8Array(CHUNK_HEADER_BYTES + (1 << 20));

  constructor(readonly file: RecordFile, readonly nowMs: () => number) {
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
  }

  get isFull(): boolean {
    return this.file.isFull === true;
  }

  get isClosed(): boolean {
    return this.file.isClosed === true;
  }

  end(): void | Promise<void> {
    try {
      this.#write(ChunkKind.end, NOTHING);
    } finally {
      this.file.close();
    }
    return this.file.flushed?.();
  }

  discard(): void {
    this.file.discard();
  }

  /** Nothing is written once a chunk was not: the end chunk, which is short, would belie the hole. */
  #write(kind: number, payload: Uint8Array): void {
    if (this.#failed) return;
    const nowMs = this.nowMs();
    try {
      if (this.#beganMs === null) this.file.append(headerBytes());
      this.#beganMs ??= nowMs;
      this.file.append(chunkBytes(kind, nowMs - this.#beganMs, payload, this.#room));
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
