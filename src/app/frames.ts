import type { Terminal } from "../render/terminal.ts";
import type { Canvas } from "../view/canvas.ts";
import { after, nowMs } from "./clock.ts";

/** At most four frames a second of what changes by itself. */
const LEAST_MS = 250;

/** Decides when to draw: what the user did at once, what happened otherwise not more often than the eye can follow, and nothing while the
 * terminal still takes the frame before. */
export class Frames {
  #lastMs = -Infinity;
  #cancel: (() => void) | null = null;
  #stopped = false;
  /** A frame is wanted once the one before has gone out. */
  #late = false;
  #isAlike = false;

  /** `make` is asked for a frame just before it is drawn, and may draw on the canvas that it is given; `gone` is called when the terminal takes no more. */
  constructor(
    readonly terminal: Terminal,
    readonly make: (spare: Canvas | null) => Canvas,
    readonly gone: (error: unknown) => void,
  ) {}

  /** The user waits for it. */
  now(): void {
    this.#cancel?.();
    this.#cancel = null;
    this.#lastMs = nowMs();
    this.#draw();
  }

  soon(): void {
    if (this.#stopped || this.#cancel !== null) return;
    const waitMs = this.#lastMs + LEAST_MS - nowMs();
    if (waitMs <= 0) this.now();
    else this.#cancel = after(waitMs, () => this.now());
  }

  /** The last frame was as the one before. */
  get isAlike(): boolean {
    return this.#isAlike;
  }

  /** What has changed is yet to be drawn. */
  get isLate(): boolean {
    return this.#cancel !== null || this.#late;
  }

  /** No frame is drawn any more. */
  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
  }

  #draw(): void {
    if (this.#stopped) return;
    if (!this.terminal.busy) {
      this.#isAlike = this.terminal.draw(this.make(this.terminal.takeSpare())) === 0;
      if (this.terminal.busy) this.terminal.written().catch(this.gone);
      return;
    }
    // Frames that nobody can see are not made: the one after this write shows what is true then.
    if (!this.#late) this.terminal.written().then(() => this.#drawLate(), this.gone);
    this.#late = true;
  }

  #drawLate(): void {
    this.#late = false;
    this.#draw();
  }
}
