import { ExitStatus, TcptopError } from "../errors.ts";
import { lastAfter, momentText, type Time, timeAfter } from "../time.ts";

/** What the sample that is to be taken is: told of, or passed over; or there are no more. */
export type Told = "told" | "passed" | "over";

/** So long samples that nobody is told of are gone through before messages are heard. */
export const PASS_MS = 20;

/** The part of a recording that is told of. The first sample always is: what moves is counted from there. */
export class Span {
  /** When the first sample was taken, ms since 1970. */
  #beganMs: number | null = null;
  #inside = false;
  #wantedMs: number | null = null;

  #firstMs = -Infinity;
  #left = false;
  #lastMs = 0;
  /** Of the sample before the last one. */
  #beforeMs = 0;
  #isOver = false;
  #hasEvents = false;

  /** null: from its beginning; to its end. `still`: it is no part, but where playing begins. */
  constructor(readonly from: Time | null, readonly to: Time | null, readonly still = false) {}

  /** Of the first sample of the part; before it nothing is to be shown (ms since 1970). -Infinity: all may be. */
  get firstMs(): number {
    return this.still ? -Infinity : this.#firstMs;
  }

  /** When the part ends (ms since 1970). */
  get endMs(): number {
    return this.to === null || this.#beganMs === null || this.#left ? Infinity : lastAfter(this.to, this.#beganMs);
  }

  /** All is told of from now on. */
  leave(): void {
    this.#left = true;
  }

  /** A sample of the part has come: before that the recording is gone through as fast as can be. */
  get inside(): boolean {
    return this.#inside;
  }

  /** The last sample, which is told of, is the first one of the recording and lies before the part. */
  get isBeforePart(): boolean {
    return !this.#inside && !this.still && !this.#left;
  }

  /** Whether the moment of an event (ms since 1970), which is told to the nearest microsecond, lies in the part; null: the recording, or a further
   * one, has not told the time yet. */
  includes(wallMs: number | null): boolean {
    if (this.#left) return true;
    if (this.#beganMs === null) return this.from === null;
    if (wallMs === null) return this.#inside;
    return this.#lies(Math.round(wallMs * 1e3) / 1e3, this.#beganMs);
  }

  /** There is an event of the part, where these are all that is told of: it is not empty then, though it may lie between two samples. */
  tellsEvent(): void {
    this.#hasEvents = true;
  }

  #lies(wallMs: number, beganMs: number): boolean {
    return wallMs >= this.#fromMs(beganMs) && wallMs <= this.endMs;
  }

  #fromMs(beganMs: number): number {
    return this.from === null ? -Infinity : timeAfter(this.from, beganMs);
  }

  /** Once, when the first sample has been told of: when the part begins, if that lies ahead (ms since 1970). */
  takeWanted(): number | null {
    const wanted = this.#wantedMs;
    this.#wantedMs = null;
    return wanted;
  }

  /** Throws where the recording, which has come to its end, or to that of the part, had nothing of it. */
  check(): void {
    if (this.#inside || this.#left || this.#hasEvents || this.#beganMs === null) return;
    const began = momentText(this.#beganMs);
    if (!this.#isOver) throw nothing(`it is of ${began} to ${momentText(this.#lastMs)}`);
    // The rest of it has not been read.
    if (this.#beganMs > this.endMs) throw nothing(`it begins at ${began}`);
    throw nothing(`it has a sample of ${exactText(this.#beforeMs)}, and the next one is of ${exactText(this.#lastMs)}`);
  }

  /** `wallMs`: of the sample. Throws where the part, which is known once the recording is, would end before it begins. */
  take(wallMs: number): Told {
    this.#beforeMs = this.#lastMs;
    this.#lastMs = wallMs;
    if (this.#left) return "told";
    const isFirst = this.#beganMs === null, beganMs = this.#beganMs ??= wallMs, { endMs } = this;
    const fromMs = this.#fromMs(beganMs);
    if (fromMs > endMs) throw reversed(fromMs, endMs);
    // A sample's time is told in whole milliseconds, and never rounded up.
    if (this.#lies(Math.floor(wallMs * 1e3) / 1e3, beganMs)) {
      if (!this.#inside) this.#firstMs = wallMs;
      this.#inside = true;
      return "told";
    }
    if (isFirst) {
      if (wallMs < fromMs) this.#wantedMs = fromMs;
      return "told";
    }
    if (wallMs < fromMs) return "passed";
    this.#isOver = true;
    return "over";
  }
}

/** To the millisecond: what is asked for may lie between two samples of a second. */
const exactText = (wallMs: number) => `${momentText(wallMs)}.${String(Math.floor(wallMs % 1000)).padStart(3, "0")}`;

function nothing(why: string): TcptopError {
  return new TcptopError(`The recording has nothing of that time: ${why}`, ExitStatus.failed);
}

function reversed(fromMs: number, toMs: number): TcptopError {
  const message = `--to, ${momentText(toMs)} in this recording, lies before --from, ${momentText(fromMs)}`;
  return new TcptopError(message, ExitStatus.usage);
}
