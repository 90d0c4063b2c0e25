/** Samples as CSV by RFC 4180: the fields of the JSON document, flattened, a row a flow, or group, and sample. */
import { stringify } from "csv-stringify/sync";
import type { Sample } from "../flow/sample.ts";
import type { Cell, Fields } from "./csv_fields.ts";

/** Fields of the sample, which stand before all others. */
const SAMPLE_FIELDS = ["time", "interval_ms"] as const;

const ROWS_A_CHUNK = 256;

/** A table with a row an `Item`, which is something in a sample, and what `facts` tells of it. */
export class Csv<Item, Facts> {
  readonly #names: readonly string[];

  /** `names`: which of the fields to write, in this order. */
  constructor(
    readonly fields: Fields<Facts>,
    names: Iterable<string>,
    readonly facts: (sample: Sample, item: Item) => Facts,
  ) {
    this.#names = [...new Set(names)];
  }

  header(): string {
    return text([[...SAMPLE_FIELDS, ...this.#names]]);
  }

  /** In pieces of whole lines. */
  *lines(sample: Sample, items: readonly Item[]): Iterable<string> {
    const head = [new Date(sample.wallMs).toISOString(), Math.round(sample.intervalMs * 1000) / 1000];
    for (let at = 0; at < items.length; at += ROWS_A_CHUNK) {
      const rows = items.slice(at, at + ROWS_A_CHUNK).map((item) => this.facts(sample, item));
      yield text(rows.map((row) => [...head, ...this.#names.map((name) => this.fields.get(name)!(row))]));
    }
  }
}

// What some reader or other takes for the end of a line: vertical tab and form feed, NEL and Unicode's separators too.
const LINE_END = /[\n\v\f\r\u0085\u2028\u2029]/;

/** A spreadsheet would run a cell that begins like a formula: such text gets an apostrophe in front. null is an empty cell. */
function text(lines: readonly (readonly Cell[])[]): string {
  return stringify(lines as Cell[][], {
    escape_formulas: true,
    record_delimiter: "\r\n",
    // The library quotes for the whole delimiter alone, and readers end a record at either half of it.
    quoted_match: LINE_END,
    cast: { boolean: String, number: String },
  });
}
