import { crc32 } from "node:zlib";
import {
  type Chunk,
  CHUNK_HEADER_BYTES,
  chunkCrc,
  ChunkKind,
  HEADER_BYTES,
  isReadable,
  MAGIC,
  MAX_PAYLOAD_BYTES,
  VERSION_SQUEEZED,
} from "./format.ts";

/** Fills `target` from its start with what comes next; returns bytes, fewer than asked for only at the end of the file. */
export type ReadBytes = (target: Uint8Array) => number;

/** Why a recording cannot be read on. `message` completes "FILE ...". */
export class Unreadable extends Error {}

/** There is nothing at all. */
class Empty extends Unreadable {}

/** It is something else. */
export class NoRecording extends Unreadable {}

/** Its records are not those of this program. */
export class OtherRecords extends Unreadable {
  /** Of the program that made them, where that has been read. */
  version: string | null = null;
}

/** Reads a recording chunk by chunk, with the memory of one. Throws Unreadable, also on a file that stops without its end chunk. */
export class RecordingReader {
  readonly #read: ReadBytes;
  readonly #header = new Uint8Array(CHUNK_HEADER_BYTES);
  #payload = new Uint8Array(1 << 16);
  #at: number;

  /** `at`: where in the file the bytes begin, with a chunk; left out: they begin with the file's header. */
  constructor(read: ReadBytes, at?: number) {
    this.#read = read;
    this.#at = at ?? HEADER_BYTES;
    if (at === undefined) checkHeader(read);
  }

  /** Where the next chunk is. */
  get at(): number {
    return this.#at;
  }

  /** null: the end chunk. */
  next(): Chunk | null {
    if (this.#read(this.#header) < CHUNK_HEADER_BYTES) throw this.#cutShort();
    const view = new DataView(this.#header.buffer);
    const kind = view.getUint32(0, true), length = view.getUint32(4, true), timeMs = view.getFloat64(8, true);
    if (length > MAX_PAYLOAD_BYTES) throw this.#damaged();
    if (length > this.#payload.length) this.#payload = new Uint8Array(MAX_PAYLOAD_BYTES);
    const payload = this.#payload.subarray(0, length);
    if (this.#read(payload) < length) throw this.#cutShort();
    if (view.getUint32(16, true) !== chunkCrc(this.#header, payload)) throw this.#damaged();
    this.#at += CHUNK_HEADER_BYTES + length;
    return kind === ChunkKind.end ? null : { kind, timeMs, payload };
  }

  /** Behind the end chunk: on to another recording that follows, as where several were written to one file. False: nothing follows. Throws Unreadable where
   * what follows is none. */
  again(): boolean {
    try {
      checkHeader(this.#read);
    } catch (error) {
      if (error instanceof Empty) return false;
      if (!(error instanceof Unreadable)) throw error;
      throw new Unreadable(`ends at byte ${this.#at}, and what follows was not played: it ${error.message}`);
    }
    this.#at += HEADER_BYTES;
    return true;
  }

  #cutShort(): Unreadable {
    return new Unreadable(`was cut short: what is whole, up to byte ${this.#at}, was used`);
  }
  #damaged(): Unreadable {
    return new Unreadable(`is damaged at byte ${this.#at}: what comes before that was used`);
  }
}

/** Throws Unreadable where what comes next is not the header of a recording. */
export function checkHeader(read: ReadBytes): void {
  const header = new Uint8Array(HEADER_BYTES), view = new DataView(header.buffer), bytes = read(header);
  if (bytes === 0) throw new Empty("is empty");
  if (MAGIC.some((byte, i) => header[i] !== byte)) throw new NoRecording("is not a recording of tcptop");
  if (bytes < HEADER_BYTES) throw new Unreadable("was cut short within its first bytes");
  if (view.getUint32(28, true) !== crc32(header.subarray(0, 28))) throw new Unreadable("is damaged in its first bytes");
  if (view.getUint32(8, true) > VERSION_SQUEEZED || !isReadable(view.getUint32(12, true))) {
    throw new OtherRecords("was made by a version of tcptop with other records. Replay it with that version");
  }
}
