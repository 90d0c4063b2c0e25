/** What a recording is written to where nobody knows how fast its reader takes it: nothing waits for the reader but the next look at the source. */
import { writeFailure } from "../../file.ts";
import type { RecordFile } from "./file_keeper.ts";

/** With more than this on its way nothing is added before it has become less: what happens meanwhile stays in the kernel's ring buffer. */
const ENOUGH_BYTES = 4 << 20;

export class Pipe implements RecordFile {
  readonly byteLength = 0;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #writing: Promise<void> | null = null;
  #closed = false;
  #failure: unknown = null;

  /** `write`: takes some of the bytes, and says how many. `path`: for sentences. */
  constructor(readonly write: (bytes: Uint8Array) => Promise<number>, readonly path: string) {}

  /** Whether the reader has to take some before there may be more. */
  get isFull(): boolean {
    return this.#waitingBytes > ENOUGH_BYTES;
  }

  /** The reader has gone: nothing more is wanted. */
  get isClosed(): boolean {
    return this.#closed;
  }

  /** Throws a TcptopError when an earlier part could not be written. */
  append(bytes: Uint8Array): void {
    if (this.#failure !== null) throw this.#failure;
    if (this.#closed) return;
    this.#waiting.push(bytes.slice());
    this.#waitingBytes += bytes.length;
    this.#writing ??= this.#writeAll();
  }

  /** Resolves when the reader has taken everything, or has gone. */
  async flushed(): Promise<void> {
    await this.#writing;
    if (this.#failure !== null) throw this.#failure;
  }

  close(): void {}
  discard(): void {}

  async #writeAll(): Promise<void> {
    try {
      for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
        for (let at = 0; at < next.length;) at += await this.write(next.subarray(at));
        this.#waitingBytes -= next.length;
      }
    } catch (error) {
      this.#waiting = [];
      this.#waitingBytes = 0;
      if (error instanceof Deno.errors.BrokenPipe) this.#closed = true;
      else this.#failure = writeFailure(this.path, error);
    } finally {
      this.#writing = null;
    }
  }
}
