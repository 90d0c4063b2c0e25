/** V8's way to ask for a collection; undefined where it was not told to have one (`--expose-gc`, launcher/process.c). */
declare const gc: ((how: { type: "major"; execution: "sync"; flavor: "last-resort" }) => void) | undefined;

/** With more there is little left of the start, and to collect takes as long as several frames. */
const MOST_ROWS = 2000;

/** A third of what V8 holds once a first sample is there is garbage of the start, or compiled code that has run for good. Its own collections come late where little happens, and keep
 * the pages (docs/decisions/0046). For the thread that calls it. */
export class StartHeap {
  #isThere = typeof gc !== "undefined";

  /** After a sample: `rows` is how many it has, `isQuiet`: nobody waits for what comes next. */
  giveBack(rows: number, isQuiet = true): void {
    if (!this.#isThere || rows > MOST_ROWS || !isQuiet) return;
    this.#isThere = false;
    gc?.({ type: "major", execution: "sync", flavor: "last-resort" });
  }
}
