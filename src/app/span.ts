import { ExitStatus, TcptopError } from "../errors.ts";
import { momentText, type Time, timeAfter } from "../time.ts";

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

  /** null: from its beginning; to its end. `still`: it is no part, but where playing begins. */
  constructor(readonly from: Time | null, readonly to: Time | null, readonly still = false) {}

  /** Of the first sample of the part; before it nothing is to be shown (ms since 1970). -Infinity: all may be. */
  get firstMs(): number {
    return this.still ? -Infinity : this.#firstMs;
  }

  /** When the part ends (ms since 1970). */
  get endMs(): number {
    return this.to === null || this.#beganMs === null || this.#left ? Infinity : timeAfter(this.to, this.#beganMs);
  }

  /** All is told of from now on. */
  leave(): void {
    this.#left = true;
  }

  /** A sample of the part has come: before that the recording is gone through as fast as can be. */
  get inside(): boolean {
    return this.#inside;
  }

  /** Once, when the first sample has been told of: when the part begins, if that lies ahead (ms since 1970). */
  takeWanted(): number | null {
    const wanted = this.#wantedMs;
    this.#wantedMs = null;
    return wanted;
  }

  /** Throws where the recording, which has come to its end, or to that of the part, had nothing of it. */
  check(): void {
    if (this.#inside || this.#left || this.#beganMs === null) return;
    const between = `${momentText(this.#beganMs)} to ${momentText(this.#lastMs)}`;
    throw new TcptopError(`The recording has nothing of that time: it is of ${between}`, ExitStatus.failed);
  }

  /** `wallMs`: of the sample. */
  take(wallMs: number): Told {
    const { from } = this;
    this.#lastMs = wallMs;
    if (this.#left) return "told";
    if (this.#beganMs === null) {
      this.#beganMs = wallMs;
      if (from === null || wallMs >= timeAfter(from, wallMs)) this.#enter(wallMs);
      else this.#wantedMs = timeAfter(from, wallMs);
      return "told";
    }
    if (wallMs > this.endMs) return "over";
    if (from !== null && wallMs < timeAfter(from, this.#beganMs)) return "passed";
    this.#enter(wallMs);
    return "told";
  }

  #enter(wallMs: number): void {
    if (!this.#inside) this.#firstMs = wallMs;
    this.#inside = true;
  }
}
