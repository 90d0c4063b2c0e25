/** A recording that comes through a pipe: perhaps while it is being made, and without a way back. */
import { type Chunk, CHUNK_HEADER_BYTES, ChunkKind, HEADER_BYTES, MAX_PAYLOAD_BYTES } from "../recording/format.ts";
import { readInfo, readNames } from "../recording/info.ts";
import { OtherRecords, RecordingReader, Unreadable } from "../recording/reader.ts";
import { RESTARTED } from "./file.ts";
import type { RecordedNames } from "./names.ts";
import { type ChunkReader, NOT_YET } from "./source.ts";

/** So many bytes are read ahead of what is played; then the recorder has to wait. */
const AHEAD_BYTES = 8 << 20;
const PART_BYTES = 1 << 16;

/** The names that a sample needs are asked for when it has been taken, and so come behind it: for so long, or up to what comes after them. */
const NAMES_WITHIN_MS = 150;

/** Fills some of the buffer; null: the end. */
export type ReadSome = (buffer: Uint8Array) => Promise<number | null>;

/** Reads ahead, so that what has come can be taken without waiting. `names`: gets those that come. `mostBytes`: of one sample. */
export class StreamReader implements ChunkReader {
  readonly #chunks: Chunk[] = [];
  /** Of #chunks. */
  #bytes = 0;
  #reader: RecordingReader | null = null;
  /** What has come, from #from to #to, and is no whole chunk yet. */
  #buffer = new Uint8Array(PART_BYTES);
  #from = 0;
  #to = 0;
  #ended = false;
  #failure: unknown = null;
  #lastMs: number;
  /** Sample chunks among #chunks, and bytes since the last that was read. */
  #samples = 0;
  #sampleBytes = 0;
  /** What comes next is behind the end of a recording. */
  #behind = false;
  /** Its records cannot be read, but the chunk that says who made them can. */
  #other: OtherRecords | null = null;
  #wake: (() => void) | null = null;
  #room: (() => void) | null = null;

  constructor(
    readonly read: ReadSome,
    readonly names: RecordedNames,
    readonly nowMs: () => number,
    readonly mostBytes = Infinity,
  ) {
    this.#lastMs = nowMs();
    this.#readAll();
  }

  /** Resolves when next() has something else to say than NOT_YET, or after `ms`. */
  async arrived(ms: number): Promise<void> {
    if (this.#chunks.length > 0 || this.#ended) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      if (ms !== Infinity) timer = setTimeout(resolve, ms);
    });
    clearTimeout(timer);
  }

  /** Throws Unreadable. */
  next(): Chunk | null {
    const chunk = this.#chunks.shift();
    if (chunk !== undefined) {
      this.#bytes -= chunk.payload.length;
      if (chunk.kind === ChunkKind.sample) this.#samples--;
      if (this.#bytes < AHEAD_BYTES) this.#room?.();
      return chunk;
    }
    if (!this.#ended) return NOT_YET;
    if (this.#failure !== null) throw this.#failure;
    return null;
  }

  /** Whether a whole sample more has come, and its names. */
  get hasSample(): boolean {
    if (this.#samples !== 1) return this.#samples > 1;
    return this.#chunks.findLast(({ kind }) => kind !== ChunkKind.names)!.kind !== ChunkKind.sample;
  }

  /** Whether the names of the sample that was handed out last have come, as far as there are any. */
  get isSettled(): boolean {
    return this.#ended || this.#chunks.some(({ kind }) => kind !== ChunkKind.names) ||
      this.nowMs() - this.#lastMs > NAMES_WITHIN_MS;
  }

  close(): void {
    this.#ended = true;
    this.#chunks.length = 0;
    this.#room?.();
  }

  async #readAll(): Promise<void> {
    try {
      while (!this.#ended) {
        this.#makeRoom();
        const bytes = await this.read(this.#buffer.subarray(this.#to));
        if (this.#ended) return;
        this.#to += bytes ?? 0;
        this.#lastMs = this.nowMs();
        if (this.#takeWhole(bytes === null)) break;
        this.#arrived();
        while (this.#bytes >= AHEAD_BYTES && !this.#ended) {
          await new Promise<void>((resolve) => this.#room = resolve);
        }
      }
    } catch (error) {
      this.#failure = error;
    }
    this.#ended = true;
    this.#arrived();
  }

  #arrived(): void {
    if (this.#chunks.length === 0 && !this.#ended) return;
    this.#wake?.();
    this.#wake = null;
  }

  /** The chunks that are whole. `last`: what is not will not become so. Returns whether this is the end. */
  #takeWhole(last: boolean): boolean {
    while (last || this.#isWhole()) {
      if (this.#reader === null && this.#other === null) this.#begin();
      if (!last && !this.#isWhole()) return false;
      if (this.#other !== null) throw this.#told(this.#other);
      if (this.#behind && !this.#reader!.again()) return true;
      const chunk = this.#behind ? RESTARTED : this.#reader!.next();
      this.#behind = chunk === null;
      if (chunk === null) continue;
      if (chunk.kind === ChunkKind.names) this.names.add(readNames(chunk.payload));
      this.#sampleBytes = chunk.kind === ChunkKind.sample ? 0 : this.#sampleBytes + chunk.payload.length;
      if (this.#sampleBytes > this.mostBytes) throw new Unreadable("is too long for a sample");
      if (chunk.kind === ChunkKind.sample) this.#samples++;
      this.#chunks.push({ ...chunk, payload: chunk.payload.slice() });
      this.#bytes += chunk.payload.length;
    }
    return false;
  }

  #begin(): void {
    try {
      this.#reader = new RecordingReader((target) => this.#take(target));
    } catch (error) {
      if (!(error instanceof OtherRecords)) throw error;
      this.#other = error;
    }
  }

  /** With the version from the first chunk, if that has come. */
  #told(error: OtherRecords): OtherRecords {
    const payload = this.#buffer.subarray(this.#from + CHUNK_HEADER_BYTES, this.#to);
    const length = payload.length === 0 ? 0 : new DataView(this.#buffer.buffer, this.#from).getUint32(4, true);
    error.version = readInfo(payload.subarray(0, length))?.version || null;
    return error;
  }

  #isWhole(): boolean {
    const bytes = this.#to - this.#from;
    if (this.#reader === null && this.#other === null || this.#behind) return bytes >= HEADER_BYTES;
    if (bytes < CHUNK_HEADER_BYTES) return false;
    const length = new DataView(this.#buffer.buffer, this.#from).getUint32(4, true);
    // What is too long is refused by its length alone.
    return length > MAX_PAYLOAD_BYTES || bytes >= CHUNK_HEADER_BYTES + length;
  }

  #take(target: Uint8Array): number {
    const bytes = Math.min(target.length, this.#to - this.#from);
    target.set(this.#buffer.subarray(this.#from, this.#from + bytes));
    this.#from += bytes;
    return bytes;
  }

  /** For one part more, or what is missing of a chunk. */
  #makeRoom(): void {
    const left = this.#buffer.subarray(this.#from, this.#to);
    if (this.#buffer.length - left.length < PART_BYTES) {
      const wider = new Uint8Array(2 * this.#buffer.length);
      wider.set(left);
      this.#buffer = wider;
    } else this.#buffer.copyWithin(0, this.#from, this.#to);
    this.#to -= this.#from;
    this.#from = 0;
  }
}
