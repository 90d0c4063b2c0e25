import type { Sample } from "../flow/sample.ts";
import type { Predicate } from "./filter/fields.ts";
import { isFlow, isListener, isTcp } from "../flow/row.ts";
import { Scratch } from "../flow/scratch.ts";
import { fold, otherEnd } from "./pairs.ts";
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
  /** The id of a flow that the limit does not cut off; null or absent: there is none. */
  readonly cursor?: string | null;
}

export interface Selected {
  /** In order, up to the limit; behind them the flow that it does not cut off. */
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
  const items = sortedRows(sample, rows, selection.sort, selection.limit), { cursor = null } = selection;
  const held = cursor === null || items.length === left ? -1 : cutOff(sample, rows, items, cursor, left < count);
  return { rows: held < 0 ? items : [...items, held], matching, folded: left < count };
}

/** The row of this flow, or the one that it is one with, if it is none of the first; -1: it is, or there is none. */
function cutOff(sample: Sample, rows: Int32Array, first: readonly number[], id: string, folded: boolean): number {
  const isIt = isFlow(sample.flows, id), isOther = (row: number) => row >= 0 && isIt(row);
  if (first.some(isIt)) return -1;
  const row = rows.find(isIt) ?? (folded ? rows.find((row) => isOther(otherEnd(sample, row))) : undefined) ?? -1;
  return first.includes(row) ? -1 : row;
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
