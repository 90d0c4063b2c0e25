import { Child } from "./child.ts";
import { type Frame, FrameAssembler } from "./frame.ts";
import type { Rung } from "./ladder.ts";
import { LineCutter } from "./lines.ts";
import type { Timing } from "./timing.ts";

const MAX_HEADLESS_LINES = 20;
const QUOTED_CHARACTERS = 80;

/** Where the frames of a life have their place among all frames. */
export interface Place {
  /** Number of the last frame before. */
  readonly before: number;
  /** Number of the frame that is preliminary: the one behind it is the baseline. */
  readonly baseline: number;
}

/** One run of nettop, from start to end. Looked after from outside: call isOver() every now and then. */
export class Life {
  readonly #child: Child | null;
  readonly #lines = new LineCutter();
  readonly #frames: FrameAssembler;
  readonly #startMs: number;
  #heardMs: number;
  #overMs: number | null = null;
  #fellSilent = false;
  #firstLine = "";

  constructor(
    readonly rung: Rung,
    place: Place,
    readonly timing: Timing,
    readonly nowMs: () => number,
    tell: (frame: Frame) => void,
    changed: () => void,
  ) {
    this.#startMs = this.#heardMs = nowMs();
    this.#frames = new FrameAssembler(tell, place.before, place.baseline);
    this.#child = this.#spawn(changed);
  }

  /** Whether it has written anything to go by. */
  get hadHeader(): boolean {
    return this.#frames.hasHeader;
  }
  get hasEnded(): boolean {
    return this.#child === null || this.#child.end !== null;
  }
  /** Whether it had to be ended. */
  get fellSilent(): boolean {
    return this.#fellSilent;
  }
  /** Whether it has kept all to itself: it waits to fill a block, as programs do when they do not write to a terminal. */
  get saidNothing(): boolean {
    return this.#firstLine === "" && this.#fellSilent;
  }
  /** Until it ended, fell silent or, still alive, until now. */
  get livedMs(): number {
    return (this.#overMs ?? this.nowMs()) - this.#startMs;
  }
  /** Lines that could not be read. */
  get ignored(): number {
    return this.hadHeader ? this.#frames.ignored + this.#lines.dropped : 0;
  }

  /** Whether it has ended or fallen silent. Takes a pause for the end of a frame. */
  isOver(): boolean {
    if (this.hasEnded) return true;
    const quietMs = this.nowMs() - this.#heardMs;
    if (quietMs >= this.timing.pauseMs && !this.#lines.isMidLine) this.#frames.pause();
    if (this.hadHeader) return quietMs > this.timing.staleAfterMs;
    return this.livedMs > this.timing.headerWithinMs || this.#frames.ignored > MAX_HEADLESS_LINES;
  }

  /** Ends the child if it has not ended by itself, and waits until it is dead. */
  async stop(): Promise<void> {
    this.#overMs = this.nowMs();
    this.#fellSilent = !this.hasEnded;
    await this.#child?.stop();
    const isDone = !this.#fellSilent && this.#child?.end?.code === 0 && !this.#lines.isMidLine;
    if (this.rung.runs === "once" && isDone) this.#frames.end();
  }

  /** What was wrong with it, as the end of a sentence about its command. */
  describe(): string {
    if (this.#child === null) return this.#firstLine;
    const { end } = this.#child, said = quote(this.#firstLine || end?.stderr || "");
    const fate = this.#fellSilent
      ? `${this.hadHeader ? "fell silent" : "gave no table"} within ${Math.round(this.livedMs / 1000)} s`
      : `ended with status ${end?.code}`;
    return fate + (this.hadHeader || said === "" ? "" : `, saying "${said}"`);
  }

  #spawn(changed: () => void): Child | null {
    try {
      return new Child(this.rung.command, (chunk) => this.#hear(chunk), changed);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) this.#firstLine = "is not there";
      else if (error instanceof Deno.errors.PermissionDenied) this.#firstLine = "may not be run";
      else throw error;
      return null;
    }
  }

  #hear(chunk: Uint8Array): void {
    const nowMs = this.#heardMs = this.nowMs();
    for (const line of this.#lines.push(chunk)) {
      this.#firstLine ||= line.trim();
      this.#frames.line(line, nowMs * 1e6);
    }
  }
}

/** The first line of foreign output, fit for a terminal. */
function quote(text: string): string {
  return text.split("\n", 1)[0].replace(/[^\x20-\x7e]/g, "?").slice(0, QUOTED_CHARACTERS).trim();
}
