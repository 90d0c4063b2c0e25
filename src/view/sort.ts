import type { Sample } from "../flow/sample.ts";
import type { Column } from "./column.ts";

export interface Sort {
  readonly column: Column;
  readonly descending: boolean;
}

/** Sorts row numbers in place. A column's value is asked for once a row: a comparison is then a look at two numbers. */
export function sortRows(sample: Sample, rows: number[], { column, descending }: Sort): void {
  const sign = descending ? -1 : 1, { cookieHigh, cookieLow } = sample.flows;
  // Rows that compare equal keep an order of their own from sample to sample: by cookie, which does not change.
  const byCookie = (a: number, b: number) => cookieHigh[a] - cookieHigh[b] || cookieLow[a] - cookieLow[b];
  if (column.value === undefined) {
    const texts = new Map(rows.map((row) => [row, column.text(sample, row)]));
    rows.sort((a, b) => {
      const x = texts.get(a)!, y = texts.get(b)!;
      return x < y ? -sign : x > y ? sign : byCookie(a, b);
    });
    return;
  }
  const values = new Float64Array(sample.length);
  for (const row of rows) values[row] = column.value(sample, row) ?? -1;
  rows.sort((a, b) => sign * (values[a] - values[b]) || byCookie(a, b));
}
