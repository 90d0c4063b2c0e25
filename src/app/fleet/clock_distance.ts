/** For so long, and twice that at most, it counts how fast a sample came: clocks that only count drift apart by some 30 ms in that time. */
const WINDOW_MS = 300_000;

/** By how much a host's time of day is ahead of ours. What comes from there is under way for some time, over a slow path for seconds: by how much longer than
 * what came fastest is told by the clocks of both that nobody sets. */
export class ClockDistance {
  #beganMs = -Infinity;
  /** Between those two clocks, the least of this window and of the one before. */
  #least = Infinity;
  #before = Infinity;
  #aheadMs: number | null = null;

  /** null: not known. */
  get aheadMs(): number | null {
    return this.#aheadMs;
  }

  /** A sample has come. Times of day, ms since 1970, and of the clocks that only count, in ms. */
  take(there: { readonly wallMs: number; readonly timeMs: number }, here: typeof there): void {
    if (here.timeMs - this.#beganMs >= WINDOW_MS) {
      this.#before = this.#least;
      this.#least = Infinity;
      this.#beganMs = here.timeMs;
    }
    const distance = here.timeMs - there.timeMs;
    this.#least = Math.min(this.#least, distance);
    this.#aheadMs = there.wallMs - here.wallMs + distance - Math.min(this.#least, this.#before);
  }
}
