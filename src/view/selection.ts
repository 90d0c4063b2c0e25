import type { Sample } from "../flow/sample.ts";
import type { Predicate } from "./filter/fields.ts";
import { isListener, isTcp } from "../flow/row.ts";
import { folded } from "./pairs.ts";
import { type Sort, sortedRows } from "./sort.ts";

/** Which flows to show. */
export interface Choice {
  /** null: everything passes. */
  readonly filter: Predicate | null;
  /** null: both. */
  readonly protocol: "tcp" | "udp" | null;
  readonly listeners: boolean;
}

/** And in which order. */
export interface Selection extends Choice {
  /** Both ends of a connection inside this machine are one row; null or absent: they are not. */
  readonly pairs?: boolean | null;
  readonly sort: Sort;
  /** 0: all. */
  readonly limit: number;
}

/** The rows of the sample that are selected, in order. */
export function selectRows(sample: Sample, selection: Selection): number[] {
  const rows = chosenRows(sample, selection);
  return sortedRows(sample, selection.pairs ? folded(sample, rows) : rows, selection.sort, selection.limit);
}

/** The same in the order that they have. */
export function chosenRows(sample: Sample, choice: Choice): number[] {
  const rows: number[] = [];
  for (let row = 0; row < sample.length; row++) if (isChosen(sample, row, choice)) rows.push(row);
  return rows;
}

/** Whether a row is one of them. */
export function chosen(choice: Choice): Predicate {
  return (sample, row) => isChosen(sample, row, choice);
}

function isChosen(sample: Sample, row: number, selection: Choice): boolean {
  const f = sample.flows;
  if (!selection.listeners && isListener(f, row)) return false;
  if (selection.protocol !== null && isTcp(f, row) !== (selection.protocol === "tcp")) return false;
  return selection.filter === null || selection.filter(sample, row);
}
