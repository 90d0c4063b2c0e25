/** The only file that reads a clock. */

/** Monotonic milliseconds, for pacing; sample times come from the source. */
export function nowMs(): number {
  return performance.now();
}
