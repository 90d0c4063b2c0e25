/** When a sample of several hosts is due: once all that are heard have news, from half an interval before its time on; half an interval late
 * in any case. */
export class FleetDue {
  /** null: none has been taken yet. */
  #dueMs: number | null = null;

  /** `isThere`: all that are heard have news. */
  isDue(nowMs: number, intervalMs: number, isThere: boolean): boolean {
    return this.#untilMs(nowMs) <= (isThere ? 0.5 : -0.5) * intervalMs;
  }

  /** Until one is due whatever is there. */
  waitMs(nowMs: number, intervalMs: number): number {
    return this.#untilMs(nowMs) + intervalMs / 2;
  }

  /** A host that is a little late is no reason to be late from then on. Behind the first sample lies a whole interval: who has answered last has
   * nothing to tell before. */
  taken(nowMs: number, intervalMs: number): void {
    const dueMs = this.#dueMs;
    this.#dueMs = dueMs === null ? nowMs + intervalMs : Math.max(dueMs + intervalMs, nowMs + intervalMs / 2);
  }

  #untilMs(nowMs: number): number {
    return (this.#dueMs ?? nowMs) - nowMs;
  }
}
