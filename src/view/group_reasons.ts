/** Why the flows of a group are slow, and why some of them ended: how many for which reason. */
import { endOf } from "../flow/end.ts";
import { LIMIT_NAMES } from "../flow/limit.ts";
import type { FlowArrays } from "../flow/columns.ts";
import { hasFailed, isListener, isTcp } from "../flow/row.ts";

export type LimitName = Exclude<typeof LIMIT_NAMES[number], null>;
export type LimitCounts = Readonly<Record<LimitName, number>>;

/** The words of docs/why.md, in the order in which they are told. */
export const LIMIT_WORDS: readonly LimitName[] = LIMIT_NAMES.filter((name) => name !== null);

/** How many of the rows waited for what in this sample; null: of none of them it is known. */
export function limitCounts(flows: FlowArrays, rows: readonly number[]): LimitCounts | null {
  const counts = LIMIT_NAMES.map(() => 0);
  let known = 0;
  for (const row of rows) {
    if (flows.limitedBy[row] === 0) continue;
    counts[flows.limitedBy[row]]++;
    known++;
  }
  return known === 0 ? null : Object.fromEntries(LIMIT_WORDS.map((name, i) => [name, counts[i + 1]])) as LimitCounts;
}

/** How many of the rows are connections that ended in this sample without ever having been established. */
export function failedCount(flows: FlowArrays, rows: readonly number[]): number {
  let count = 0;
  for (const row of rows) if (hasFailed(flows, row)) count++;
  return count;
}

/** How many of them were established and ended by a reset, sent or received; null: some have ended, and of none is it known how. */
export function resetCount(flows: FlowArrays, rows: readonly number[]): number | null {
  let count = 0, known = false, ended = false;
  for (const row of rows) {
    if (!flows.closed[row] || !isTcp(flows, row) || isListener(flows, row) || !flows.established[row]) continue;
    const end = endOf(flows, row);
    ended = true;
    known ||= end !== null;
    if (end?.how === "reset_sent" || end?.how === "reset_received") count++;
  }
  return ended && !known ? null : count;
}
