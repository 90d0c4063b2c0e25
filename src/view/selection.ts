import type { Sample } from "../flow/sample.ts";
import type { Predicate } from "./filter/fields.ts";
import { isListener, isTcp } from "../flow/row.ts";
import { Scratch } from "../flow/scratch.ts";
import { fold } from "./pairs.ts";
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

export interface Selected {
  /** In order, up to the limit. */
  readonly rows: number[];
  /** How many there are without the limit, but for those that ended before this sample. */
  readonly matching: number;
  /** Some of them are two ends. */
  readonly folded: boolean;
}

/** The rows of the sample that are selected, in order. */
export function selectRows(sample: Sample, selection: Selection): number[] {
  return selected(sample, selection).rows;
}

/** Until they have been put in order. */
const chosenNow = new Scratch((length) => new Int32Array(length));

/** The same, with what there is to say of them. */
export function selected(sample: Sample, selection: Selection): Selected {
  const { length, pastFrom = length } = sample, chosen = chosenNow.take(length);
  let count = 0, matching = 0;
  for (let row = 0; row < length; row++) if (isChosen(sample, row, selection)) chosen[count++] = row;
  const left = selection.pairs ? fold(sample, chosen, count) : count, rows = chosen.subarray(0, left);
  for (let i = 0; i < left; i++) if (rows[i] < pastFrom) matching++;
  return { rows: sortedRows(sample, rows, selection.sort, selection.limit), matching, folded: left < count };
}

/** Those that are chosen, in the order that they have. */
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
