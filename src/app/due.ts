/** When the next sample is due. Kept to the grid of the ones before, so that samples do not drift, unless this one was late by
 * more than a tenth of an interval (a stall): a whole interval from now then, because the rates of a short one are false. */
export function nextDueMs(dueMs: number, intervalMs: number, nowMs: number): number {
  const isLate = nowMs - dueMs > intervalMs / 10;
  return (isLate ? nowMs : dueMs) + intervalMs;
}
