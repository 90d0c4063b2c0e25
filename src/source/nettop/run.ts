/**
 * Stage 1 and 2 together: one run of nettop, from its start to its end.
 * In: how to run it. Out: its frames; whether it is over, and why, in words.
 */
import { Child, type Invocation } from "./child.ts";
import { type Frame, FrameAssembler, LineSplitter } from "./frames.ts";

/** All waiting times; tests use shorter ones. */
export interface Timing {
  /** The rows of a frame come within milliseconds: after this long without output the frame is taken for whole. */
  readonly pauseMs: number;
  /** A child without a header by then is given up. */
  readonly headerWithinMs: number;
  /** A child without output for this long has fallen silent. */
  readonly staleAfterMs: number;
  /** Where a run gives one sample: from the start of a run to the start of the next. */
  readonly everyMs: number;
  /** Wait before a restart: doubles from the first to the last. */
  readonly firstBackOffMs: number;
  readonly lastBackOffMs: number;
  /** After a run of this length the wait, and the count of failures, begin anew. */
  readonly wellAfterMs: number;
  /** How often a run is looked at. */
  readonly lookEveryMs: number;
}

export const TIMING: Timing = {
  pauseMs: 250,
  headerWithinMs: 5000,
  // Three samples and some.
  staleAfterMs: 4000,
  everyMs: 1000,
  firstBackOffMs: 250,
  lastBackOffMs: 30_000,
  wellAfterMs: 10_000,
  lookEveryMs: 50,
};

const MAX_LINES_BEFORE_HEADER = 20;
const QUOTED_CHARACTERS = 80;

/** Frames are numbered through over all runs. */
export interface FrameNumbers {
  /** Of the last frame before this run. */
  readonly before: number;
  /** Of the frame that is preliminary. */
  readonly preliminary: number;
}

/** Has no timer of its own: whoever runs it calls isOver() again and again, and stop() at the end. */
export class Run {
  /** null: it could not be started. */
  readonly #child: Child | null;
  readonly #lines = new LineSplitter();
  readonly #frames: FrameAssembler;
  readonly #startMs: number;
  #lastOutputMs: number;
  #stoppedMs: number | null = null;
  #wasAliveAtStop = false;
  #firstLine = "";

  constructor(
    readonly invocation: Invocation,
    numbers: FrameNumbers,
    readonly timing: Timing,
    readonly nowMs: () => number,
    emit: (frame: Frame) => void,
    changed: () => void,
  ) {
    this.#startMs = this.#lastOutputMs = nowMs();
    this.#frames = new FrameAssembler(emit, numbers.before, numbers.preliminary);
    this.#child = this.#start(changed);
  }

  /** Whether it has written a header, so that its rows can be read. */
  get hadHeader(): boolean {
    return this.#frames.hasHeader;
  }
  get hasEnded(): boolean {
    return this.#child === null || this.#child.end !== null;
  }
  /** After stop(): whether it did not end by itself. */
  get fellSilent(): boolean {
    return this.#wasAliveAtStop;
  }
  /** Whether it wrote nothing at all: programs keep 16 KiB back when standard output is no terminal. */
  get wroteNothing(): boolean {
    return this.#firstLine === "" && this.fellSilent;
  }
  /** From its start to stop(), or until now. */
  get livedMs(): number {
    return (this.#stoppedMs ?? this.nowMs()) - this.#startMs;
  }
  /** Lines that could not be read. Without a header they are no rows but an error message, and not counted. */
  get ignored(): number {
    return this.hadHeader ? this.#frames.ignored + this.#lines.dropped : 0;
  }

  /** Whether it has ended, fallen silent or written something else than a table. Emits the frame if output pauses. */
  isOver(): boolean {
    if (this.hasEnded) return true;
    const quietMs = this.nowMs() - this.#lastOutputMs;
    if (quietMs >= this.timing.pauseMs && !this.#lines.isMidLine) this.#frames.pause();
    if (this.hadHeader) return quietMs > this.timing.staleAfterMs;
    return this.livedMs > this.timing.headerWithinMs || this.#frames.ignored > MAX_LINES_BEFORE_HEADER;
  }

  /** Ends the child if it is still alive. Resolves when it has ended. */
  async stop(): Promise<void> {
    this.#stoppedMs = this.nowMs();
    this.#wasAliveAtStop = !this.hasEnded;
    await this.#child?.stop();
    const isComplete = !this.#wasAliveAtStop && this.#child?.end?.code === 0 && !this.#lines.isMidLine;
    if (this.invocation.writes === "sample" && isComplete) this.#frames.end();
  }

  /** Why it is over, to stand after its command in a sentence: `ended with status 0, saying "usage: nettop"`. */
  describe(): string {
    if (this.#child === null) return this.#firstLine;
    const { end } = this.#child, said = quote(this.#firstLine || end?.stderr || "");
    const fate = this.fellSilent
      ? `${this.hadHeader ? "fell silent" : "gave no table"} within ${Math.round(this.livedMs / 1000)} s`
      : `ended with status ${end?.code}`;
    return fate + (this.hadHeader || said === "" ? "" : `, saying "${said}"`);
  }

  #start(changed: () => void): Child | null {
    try {
      return new Child(this.invocation.command, (chunk) => this.#read(chunk), changed);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) this.#firstLine = "is not there";
      else if (error instanceof Deno.errors.PermissionDenied) this.#firstLine = "may not be run";
      else throw error;
      return null;
    }
  }

  #read(chunk: Uint8Array): void {
    const nowMs = this.#lastOutputMs = this.nowMs();
    for (const line of this.#lines.push(chunk)) {
      this.#firstLine ||= line.trim();
      this.#frames.line(line, nowMs * 1e6);
    }
  }
}

/** The first line of a foreign program's output, without control characters. */
function quote(text: string): string {
  return text.split("\n", 1)[0].replace(/[^\x20-\x7e]/g, "?").slice(0, QUOTED_CHARACTERS).trim();
}
