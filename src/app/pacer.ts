import { after, nowMs } from "./clock.ts";

/** At most four frames a second of what changes by itself. */
const LEAST_MS = 250;

/** Decides when to draw: what the user did at once, what happened otherwise not more often than the eye can follow. */
export class FramePacer {
  #lastMs = -Infinity;
  #cancel: (() => void) | null = null;

  constructor(readonly draw: () => void) {}

  /** The user waits for it. */
  now(): void {
    this.stop();
    this.#lastMs = nowMs();
    this.draw();
  }

  soon(): void {
    if (this.#cancel !== null) return;
    const waitMs = this.#lastMs + LEAST_MS - nowMs();
    if (waitMs <= 0) this.now();
    else this.#cancel = after(waitMs, () => this.now());
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = null;
  }
}
