/** The only file that reads a clock. */

/** Monotonic milliseconds, for pacing; sample times come from the source. */
export function nowMs(): number {
  return performance.now();
}

/** Milliseconds since 1970, for names of files. */
export function wallMs(): number {
  return Date.now();
}

/** Calls back after `ms`; the result cancels it. */
export function after(ms: number, call: () => void): () => void {
  const timer = setTimeout(call, ms);
  return () => clearTimeout(timer);
}
