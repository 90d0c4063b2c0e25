import type { Terminal } from "../render/terminal.ts";
import type { Canvas } from "../view/canvas.ts";
import { after, nowMs } from "./clock.ts";

/** At most four frames a second of what changes by itself. */
const LEAST_MS = 250;
/** So many frames as the one before say that nothing moves that can be seen. */
const ALIKE = 1;

/** Decides when to draw: what the user did at once, what happened otherwise not more often than the eye can follow, and nothing while the
 * terminal still takes the frame before. */
export class Frames {
  #lastMs = -Infinity;
  #cancel: (() => void) | null = null;
  #stopped = false;
  /** A frame is wanted once the one before has gone out. */
  #late = false;
  /** How many frames in a row were as the one before. */
  #still = 0;

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

  /** The last frames were all alike, and no other is under way. */
  get areStill(): boolean {
    return this.#still >= ALIKE && this.#cancel === null && !this.terminal.busy;
  }

  /** No frame is drawn any more. */
  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
  }

  #draw(): void {
    if (this.#stopped) return;
    if (!this.terminal.busy) {
      this.#still = this.terminal.draw(this.make(this.terminal.takeSpare())) === 0 ? this.#still + 1 : 0;
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
