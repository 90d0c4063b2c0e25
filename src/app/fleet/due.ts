/** When a sample of several hosts is due: once all that are heard have news, from half an interval before its time on and behind the one before;
 * half an interval late in any case. */
export class FleetDue {
  /** null: none has been taken yet. */
  #dueMs: number | null = null;
  #takenMs = -Infinity;

  /** `isThere`: all that are heard have news. */
  isDue(nowMs: number, intervalMs: number, isThere: boolean): boolean {
    return this.waitMs(nowMs, intervalMs, isThere) <= 0;
  }

  /** Until it is, where no news comes. */
  waitMs(nowMs: number, intervalMs: number, isThere: boolean): number {
    const dueMs = this.#dueMs ?? nowMs, half = intervalMs / 2;
    return (isThere ? Math.max(dueMs - half, this.#takenMs + half) : dueMs + half) - nowMs;
  }

  /** A host that is a little late is no reason to be late from then on. Behind the first sample lies a whole interval: who has answered last has
   * nothing to tell before. */
  taken(nowMs: number, intervalMs: number): void {
    const dueMs = this.#dueMs;
    this.#dueMs = dueMs === null ? nowMs + intervalMs : Math.max(dueMs + intervalMs, nowMs + intervalMs / 2);
    this.#takenMs = nowMs;
  }
}
