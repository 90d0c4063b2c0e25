import { ExitStatus, TcptopError } from "../../errors.ts";
import { type Chunk, ChunkKind } from "../recording/format.ts";
import { readInfo, readNames } from "../recording/info.ts";
import { Unreadable } from "../recording/reader.ts";
import { RESTART } from "./folder.ts";
import type { FlowSource, RecordSink } from "../source.ts";
import type { Host } from "../../system/host.ts";
import type { Note, SourceInfo } from "../../system/source_info.ts";

const PLAYED: ReadonlySet<number> = new Set([ChunkKind.records, ChunkKind.sample, RESTART]);

/** No wait between two chunks of a paced replay is longer, whatever the file says. */
const MAX_PAUSE_MS = 60_000;

export interface ReplayOptions {
  /** For sentences about it. */
  readonly path: string;
  /** At the speed of the recording, rather than as fast as its samples are taken. */
  readonly paced: boolean;
  readonly nowMs: () => number;
}

/** Where chunks come from; null: the end. */
export interface ChunkReader {
  next(): Chunk | null;
  notes?(): readonly Note[];
  close?(): void;
}

/** Plays a recording: chunk after chunk, a sample wherever the recording has one. */
export class ReplaySource implements FlowSource {
  readonly host: Host;
  #info: SourceInfo;
  readonly #reader: ChunkReader;
  readonly #options: ReplayOptions;
  /** The next to be played; null: the recording is at its end. */
  #chunk: Chunk | null;
  #chunkMs = 0;
  #dueMs: number;
  /** Why the rest cannot be read; thrown once what comes before it has been played. */
  #failure: unknown = null;
  #processes: (readonly [pid: number, name: string])[] = [];

  /** Throws a TcptopError if the recording does not begin as one. */
  constructor(reader: ChunkReader, options: ReplayOptions) {
    this.#reader = reader;
    this.#options = options;
    this.#chunk = this.#read();
    const info = this.#chunk?.kind === ChunkKind.info ? readInfo(this.#chunk.payload) : null;
    if (this.#failure !== null) throw this.#failure;
    if (info === null) throw this.#error(new Unreadable("is damaged: it does not say where it comes from"));
    this.host = info.host;
    this.#info = info.source;
    this.#dueMs = options.nowMs();
    this.#advance();
  }

  /** What the recorder had, and a note that the figures are not of this machine. */
  get info(): SourceInfo {
    const message = `This is a recording of ${this.host.hostname || "another time"}, not this machine as it is now`;
    return {
      ...this.#info,
      notes: [{ code: "replay", message, remedy: null }, ...this.#reader.notes?.() ?? [], ...this.#info.notes],
    };
  }

  /** Resolves to false at the end, and at once where a chunk is due. */
  async wait(ms: number): Promise<boolean> {
    if (this.#failure !== null) throw this.#failure;
    // Messages must get in between: a replay at full speed has to hear that a sample is taken, or that it is to stop.
    await sleep(Math.max(1, Math.min(ms, this.#restMs())));
    return this.#chunk !== null;
  }

  /** A sample is due where the recording has one, whatever the interval. */
  get pace() {
    return { everyMs: Infinity, hasNews: this.#chunk?.kind === ChunkKind.sample && this.#restMs() <= 0 };
  }

  drain(sink: RecordSink): void {
    while (this.#chunk?.kind === ChunkKind.records && this.#restMs() <= 0) {
      sink(this.#chunk.payload);
      this.#advance();
    }
  }

  snapshot(sink: RecordSink): void {
    this.drain(sink);
    if (this.#chunk?.kind === ChunkKind.sample) this.#advance();
  }

  takeRestart(): boolean {
    if (this.#chunk?.kind !== RESTART || this.#restMs() > 0) return false;
    this.#advance();
    return true;
  }

  /** Names of processes that the recording has told since the last call. */
  takeProcesses(): (readonly [pid: number, name: string])[] {
    return this.#processes.splice(0);
  }

  describeAgain(): void {}
  close(): void {
    this.#reader.close?.();
    this.#chunk = null;
  }

  #restMs(): number {
    return this.#options.paced && this.#chunk !== null ? this.#dueMs - this.#options.nowMs() : 0;
  }

  /** Steps to the next chunk that is played; chunks of names and of the source are taken in on the way. */
  #advance(): void {
    for (;;) {
      const chunk = this.#chunk = this.#read();
      if (chunk === null) return;
      if (chunk.kind === ChunkKind.info) this.#info = readInfo(chunk.payload)?.source ?? this.#info;
      else if (chunk.kind === ChunkKind.names) this.#processes.push(...readNames(chunk.payload).processes ?? []);
      else if (PLAYED.has(chunk.kind)) {
        const pauseMs = chunk.timeMs - this.#chunkMs;
        this.#chunkMs = chunk.timeMs;
        if (pauseMs > 0) this.#dueMs += Math.min(pauseMs, MAX_PAUSE_MS);
        return;
      }
    }
  }

  #read(): Chunk | null {
    try {
      return this.#reader.next();
    } catch (error) {
      this.#failure = this.#error(error);
      return null;
    }
  }

  #error(error: unknown): unknown {
    if (!(error instanceof Unreadable)) return error;
    return new TcptopError(`${this.#options.path} ${error.message}`, ExitStatus.failed);
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
