/** Samples as CSV by RFC 4180: the fields of the JSON document, flattened, a row a flow, or group, and sample. */
import { stringify } from "csv-stringify/sync";
import type { Sample } from "../flow/sample.ts";
import { bytesOf, ByteText } from "./byte_text.ts";
import type { Cell, Fields } from "./csv_fields.ts";

/** Fields of the sample, which stand before all others. */
const SAMPLE_FIELDS = ["time", "interval_ms"] as const;

const CHUNK_BYTES = 1 << 18;
const COMMA = bytesOf(","), LINE_END = bytesOf("\r\n");

/** A table with a row an `Item`, which is something in a sample, and what `facts` tells of it. */
export class Csv<Item, Facts> {
  readonly #names: readonly string[];
  readonly #reads: readonly ((facts: Facts) => Cell)[];
  readonly #bytes = new ByteText();

  /** `names`: which of the fields to write, in this order. */
  constructor(
    fields: Fields<Facts>,
    names: Iterable<string>,
    readonly facts: (sample: Sample, item: Item) => Facts,
  ) {
    this.#names = [...new Set(names)];
    this.#reads = this.#names.map((name) => fields.get(name)!);
  }

  header(): string {
    return text([[...SAMPLE_FIELDS, ...this.#names]]);
  }

  /** In pieces of whole lines, each good until the next is asked for. */
  *lines(sample: Sample, items: readonly Item[]): Iterable<Uint8Array<ArrayBuffer>> {
    const to = this.#bytes, interval = Math.round(sample.intervalMs * 1000) / 1000;
    const head = bytesOf(`${new Date(sample.wallMs).toISOString()},${interval}`);
    to.clear();
    for (const item of items) {
      const facts = this.facts(sample, item);
      to.put(head);
      for (const read of this.#reads) {
        to.put(COMMA);
        putCell(to, read(facts));
      }
      to.put(LINE_END);
      if (to.length < CHUNK_BYTES) continue;
      yield to.bytes;
      to.clear();
    }
    if (to.length > 0) yield to.bytes;
  }
}

/** null is an empty cell. */
function putCell(to: ByteText, cell: Cell): void {
  if (typeof cell === "number") to.number(cell);
  else if (typeof cell === "boolean") to.boolean(cell);
  else if (cell !== null && !to.plain(cell)) to.text(text([[cell]]).slice(0, -2));
}

// What some reader or other takes for the end of a line: vertical tab and form feed, NEL and Unicode's separators too.
const SOME_END = /[\n\v\f\r\u0085\u2028\u2029]/;

/** A spreadsheet would run a cell that begins like a formula: such text gets an apostrophe in front. */
function text(lines: readonly (readonly string[])[]): string {
  return stringify(lines as string[][], {
    escape_formulas: true,
    record_delimiter: "\r\n",
    // The library quotes for the whole delimiter alone, and readers end a record at either half of it.
    quoted_match: SOME_END,
  });
}
