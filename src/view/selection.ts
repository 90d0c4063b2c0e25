import type { Sample } from "../flow/sample.ts";
import type { Column } from "./column.ts";
import type { Predicate } from "./filter/fields.ts";
import { isListener, isTcp } from "./flow.ts";

/** Which flows to show and in which order. */
export interface Selection {
  /** null: everything passes. */
  readonly filter: Predicate | null;
  /** null: both. */
  readonly protocol: "tcp" | "udp" | null;
  readonly listeners: boolean;
  readonly sort: { readonly column: Column; readonly descending: boolean };
  /** 0: all. */
  readonly limit: number;
}

/** The rows of the sample that are selected, in order. */
export function selectRows(sample: Sample, selection: Selection): number[] {
  const rows: number[] = [];
  for (let row = 0; row < sample.length; row++) if (isSelected(sample, row, selection)) rows.push(row);
  const { column, descending } = selection.sort, sign = descending ? -1 : 1;
  // Rows that compare equal keep an order of their own from sample to sample: by cookie, which does not change.
  const { cookieHigh, cookieLow } = sample.flows;
  rows.sort((a, b) =>
    sign * column.compare(sample, a, b) || cookieHigh[a] - cookieHigh[b] || cookieLow[a] - cookieLow[b]
  );
  return selection.limit > 0 ? rows.slice(0, selection.limit) : rows;
}

function isSelected(sample: Sample, row: number, selection: Selection): boolean {
  const f = sample.flows;
  if (!selection.listeners && isListener(f, row)) return false;
  if (selection.protocol !== null && isTcp(f, row) !== (selection.protocol === "tcp")) return false;
  return selection.filter === null || selection.filter(sample, row);
}
