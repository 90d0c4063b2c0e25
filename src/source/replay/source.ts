import { ExitStatus, TcptopError } from "../../errors.ts";
import { type Chunk, ChunkKind, Flag } from "../recording/format.ts";
import { readInfo, readNames } from "../recording/info.ts";
import { Parts } from "../recording/parts.ts";
import { Unreadable } from "../recording/reader.ts";
import { RESTART, type Sought } from "./file.ts";
import { Spread } from "../recording/spread.ts";
import { unsqueezed } from "../recording/zstd.ts";
import type { FlowSource, RecordSink } from "../source.ts";
import type { Host } from "../../system/host.ts";
import type { Note, SourceInfo } from "../../system/source_info.ts";

const PLAYED: ReadonlySet<number> = new Set([ChunkKind.records, ChunkKind.sample, RESTART]);

const NOTHING = new Uint8Array(0);

/** In the place of a chunk that is still to come. */
export const NOT_YET: Chunk = { kind: -2, timeMs: 0, payload: NOTHING };

/** How often it is looked whether a sample that is due has its names. */
const LOOK_EVERY_MS = 10;
/** What is still to come is waited for no longer at a time: wake() does not end that. */
const ARRIVES_WITHIN_MS = 100;

/** No wait between two chunks of a paced replay is longer, whatever the file says. */
const MAX_PAUSE_MS = 60_000;

/** Records of a sample that were squeezed: of 300,000 sockets 115 MiB, if each is described in full (400 bytes of four records). */
const MOST_SAMPLE_BYTES = 256 << 20;
/** Flows in such a recording, open or ended within a sample. Without a limit they would add up, sample after sample, to any number. */
const MOST_FLOWS = 1 << 19;

export interface ReplayOptions {
  /** For sentences about it. */
  readonly path: string;
  /** At the speed of the recording, rather than as fast as its samples are taken. */
  readonly paced: boolean;
  readonly nowMs: () => number;
  /** A sample is of all that has come. */
  readonly latest?: boolean;
  /** Of all of it. Left out: what was squeezed has limits, while the rest takes as many bytes in the file as it says. */
  readonly most?: { readonly sampleBytes: number; readonly flows: number };
}

/** Where chunks come from; null: the end. */
export interface ChunkReader {
  next(): Chunk | null;
  /** Only of a reader that says NOT_YET: resolves when it would not any more, or after `ms`. */
  arrived?(ms: number): Promise<void>;
  /** Whether names that belong to the sample that is due have come. Left out: always. */
  readonly isSettled?: boolean;
  /** Whether a whole sample more has come. */
  readonly hasSample?: boolean;
  notes?(): readonly Note[];
  /** FlowSource.seek(); what is read next comes behind the state. */
  seek?(wallMs: number, back?: boolean): Sought | null;
  close?(): void;
}

/** Plays a recording: chunk after chunk, a sample wherever the recording has one. */
export class ReplaySource implements FlowSource {
  readonly host: Host;
  /** Of the program that recorded. */
  readonly version: string;
  #info: SourceInfo;
  readonly #reader: ChunkReader;
  readonly #options: ReplayOptions;
  /** The next to be played; null: the recording is at its end. */
  #chunk: Chunk | null;
  #chunkMs = 0;
  #dueMs: number;
  #speed: number;
  /** Milliseconds of the recording until #chunk is due, while it stands still. */
  #heldMs = 0;
  /** Before #chunk, for when it does not go on as fast as can be. */
  #passedMs = 0;
  /** It stands still, but for the way to the next sample. */
  #toSample = false;
  /** Why the rest cannot be read; thrown once what comes before it has been played. */
  #failure: unknown = null;
  #processes: (readonly [pid: number, name: string])[] = [];
  #wake = () => {};
  /** Between two waits: the next one is none. */
  #woken = false;
  readonly #parts = new Parts();
  readonly #spread = new Spread();
  /** Records that were squeezed; of the chunk that is to be played. */
  #records: Uint8Array = NOTHING;
  /** Of the sample that is being played, what was squeezed. */
  #sampleBytes = 0;
  #isSqueezed = false;
  /** A state that is a sample of its own. */
  #state: Uint8Array | null = null;
  #taken: Uint8Array | null = null;

  /** Throws a TcptopError if the recording does not begin as one. */
  constructor(reader: ChunkReader, options: ReplayOptions) {
    this.#reader = reader;
    this.#options = options;
    this.#speed = options.paced ? 1 : Infinity;
    this.#chunk = this.#read();
    const info = this.#chunk?.kind === ChunkKind.info ? readInfo(this.#chunk.payload) : null;
    if (this.#failure !== null) throw this.#failure;
    if (info === null) throw this.#error(new Unreadable("is damaged: it does not say where it comes from"));
    this.host = info.host;
    this.version = info.version;
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
    if (this.#chunk === NOT_YET) {
      await this.#reader.arrived!(Math.min(ms, ARRIVES_WITHIN_MS));
      this.#advance();
      if (this.#chunk === NOT_YET) return true;
    }
    if (this.#failure !== null) throw this.#failure;
    // Messages must get in between: a replay at full speed has to hear that a sample is taken, or that it is to stop.
    const leastMs = this.#reader.isSettled === false ? LOOK_EVERY_MS : 1;
    await this.#sleep(this.#woken ? 0 : Math.max(leastMs, Math.min(ms, this.#restMs())));
    return this.#chunk !== null;
  }

  wake(): void {
    this.#woken = true;
    this.#wake();
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#wake(), ms);
      this.#wake = () => {
        clearTimeout(timer);
        this.#wake = () => {};
        this.#woken = false;
        resolve();
      };
    });
  }

  /** A sample is due where the recording has one, whatever the interval. */
  get pace() {
    const kind = this.#chunk?.kind;
    const isSample = kind === ChunkKind.sample || kind === ChunkKind.state;
    return { everyMs: Infinity, hasNews: isSample && this.#restMs() <= 0 && this.#reader.isSettled !== false };
  }

  drain(sink: RecordSink): void {
    for (let kind = this.#chunk?.kind; kind !== undefined && this.#restMs() <= 0; kind = this.#chunk?.kind) {
      if (kind === ChunkKind.records) sink(this.#chunk!.payload);
      else if (kind === ChunkKind.squeezed) sink(this.#records);
      else return;
      this.#advance();
    }
  }

  snapshot(sink: RecordSink): void {
    while (this.#options.latest && this.#reader.hasSample) {
      this.drain(sink);
      if (this.#chunk === NOT_YET || this.#chunk === null || this.#chunk.kind === RESTART) break;
      this.#advance();
    }
    this.drain(sink);
    if (this.#chunk?.kind === ChunkKind.state) this.#taken = this.#state;
    if (this.#chunk?.kind === ChunkKind.sample || this.#chunk?.kind === ChunkKind.state) this.#advance();
    this.#toSample = false;
  }

  /** What the tables are to be before the sample that snapshot() has just ended; null: what they are. */
  takeState(): Uint8Array | null {
    const state = this.#taken;
    this.#taken = null;
    return state;
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

  checkFlows(count: number): void {
    const most = this.#options.most?.flows ?? (this.#isSqueezed ? MOST_FLOWS : Infinity);
    if (count <= most) return;
    throw this.#error(new Unreadable(`is damaged: it has more than ${most.toLocaleString("en-US")} flows`));
  }

  describeAgain(): void {}
  close(): void {
    this.#reader.close?.();
    this.#chunk = null;
  }

  setSpeed(speed: number): void {
    const leftMs = this.#leftMs();
    this.#speed = speed;
    this.#setLeft(leftMs);
  }

  seek(wallMs: number, back = false): boolean {
    const sought = this.#reader.seek?.(wallMs, back) ?? null;
    if (sought === null) return false;
    this.#failure = null;
    this.#info = sought.info?.source ?? this.#info;
    this.#tell(sought.processes);
    this.#chunkMs = sought.timeMs;
    this.#state = sought.state;
    this.#setLeft(0);
    this.#heldMs = 0;
    if (sought.state === null) this.#advance();
    else this.#chunk = { kind: ChunkKind.state, timeMs: sought.timeMs, payload: NOTHING };
    return true;
  }

  /** One by one: as arguments of one call there may be too many. */
  #tell(processes: readonly (readonly [pid: number, name: string])[]): void {
    for (const process of processes) this.#processes.push(process);
  }

  skip(ms: number): void {
    if (ms === 0) this.#toSample = true;
    else this.#setLeft(this.#leftMs() - ms);
  }

  /** Of the recording's time. */
  #leftMs(): number {
    if (this.#speed === 0) return this.#heldMs;
    return this.#speed === Infinity ? this.#passedMs : (this.#dueMs - this.#options.nowMs()) * this.#speed;
  }

  #setLeft(ms: number): void {
    if (this.#speed === 0) this.#heldMs = ms;
    else this.#dueMs = this.#options.nowMs() + ms / this.#speed;
  }

  #restMs(): number {
    if (this.#chunk === NOT_YET) return Infinity;
    if (this.#chunk === null || this.#speed === Infinity || this.#toSample) return 0;
    if (this.#speed === 0) return this.#heldMs <= 0 ? 0 : Infinity;
    return this.#dueMs - this.#options.nowMs();
  }

  /** Steps to the next chunk that is played; chunks of names and of the source are taken in on the way. */
  #advance(): void {
    for (;;) {
      const chunk = this.#chunk = this.#read();
      if (chunk === null || chunk === NOT_YET) return;
      if (chunk.kind === ChunkKind.info) this.#info = readInfo(chunk.payload)?.source ?? this.#info;
      else if (chunk.kind === ChunkKind.names) this.#tell(readNames(chunk.payload).processes ?? []);
      else if (this.#isPlayed(chunk)) {
        const pauseMs = chunk.timeMs - this.#chunkMs;
        this.#chunkMs = chunk.timeMs;
        this.#passedMs = Math.max(0, Math.min(pauseMs, MAX_PAUSE_MS));
        if (pauseMs > 0) this.#pause(this.#passedMs);
        return;
      }
    }
  }

  #pause(ms: number): void {
    if (this.#toSample && this.#speed !== Infinity) this.#setLeft(ms);
    else if (this.#speed === 0) this.#heldMs += ms;
    else if (this.#speed !== Infinity) this.#dueMs += ms / this.#speed;
  }

  /** Whether the chunk is one that is handed out: those that are not whole yet, and states that records lead to, are not. */
  #isPlayed(chunk: Chunk): boolean {
    if (PLAYED.has(chunk.kind)) {
      if (chunk.kind !== ChunkKind.records) this.#sampleBytes = 0;
      return true;
    }
    if (chunk.kind !== ChunkKind.state && chunk.kind !== ChunkKind.squeezed) return false;
    const part = this.#parts.take(chunk);
    if (part === null) return false;
    try {
      if (chunk.kind === ChunkKind.squeezed) {
        if (part.flags & Flag.anew) this.#spread.reset();
        this.#isSqueezed = true;
        this.#records = this.#spread.spread(part.bytes);
        this.#sampleBytes += this.#records.length;
        if (this.#sampleBytes > (this.#options.most?.sampleBytes ?? MOST_SAMPLE_BYTES)) {
          throw new RangeError("too many");
        }
        return true;
      }
      this.#state = part.flags & Flag.gap ? unsqueezed(part.bytes) : null;
      return this.#state !== null;
    } catch {
      this.#failure = this.#error(new Unreadable("is damaged: its squeezed records cannot be read"));
      this.#chunk = null;
      return false;
    }
  }

  #read(): Chunk | null {
    if (this.#failure !== null) return null;
    try {
      return this.#reader.next();
    } catch (error) {
      this.#failure = this.#error(error);
      return null;
    }
  }

  #error(error: unknown): unknown {
    if (!(error instanceof Unreadable)) return error;
    return new TcptopError(`${this.#options.path} ${error.message}`, ExitStatus.failed, { cause: error });
  }
}
