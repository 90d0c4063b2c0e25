/** Samples as CSV by RFC 4180: the fields of the JSON document, flattened, a row a flow, or group, and sample. */
import { stringify } from "csv-stringify/sync";
import type { Sample } from "../flow/sample.ts";
import { bytesOf, ByteText, constant, isPlain } from "./byte_text.ts";
import type { Cell, Fields } from "./csv_fields.ts";

/** Fields of the sample, which stand before all others. */
const SAMPLE_FIELDS = ["time", "interval_ms"] as const;

const CHUNK_BYTES = 1 << 18;
const COMMA = bytesOf(","), LINE_END = constant("\r\n");

/** What puts the cells of a row, with a comma in front of each. An `Item` is something in a sample. */
export interface CsvRows<Item> {
  /** Call it before put(), once for each sample. */
  begin?(): void;
  put(to: ByteText, sample: Sample, item: Item): void;
}

/** Rows of what is told of an item first. */
export class FactRows<Item, Facts> implements CsvRows<Item> {
  readonly #reads: readonly ((facts: Facts) => Cell)[];

  constructor(
    fields: Fields<Facts>,
    names: readonly string[],
    readonly facts: (sample: Sample, item: Item) => Facts,
  ) {
    this.#reads = names.map((name) => fields.get(name)!);
  }

  put(to: ByteText, sample: Sample, item: Item): void {
    const facts = this.facts(sample, item);
    for (const read of this.#reads) {
      to.put(COMMA);
      putCell(to, read(facts));
    }
  }
}

/** A table with a row an item. */
export class Csv<Item> {
  readonly #bytes = new ByteText();

  /** `names`: of the fields that `rows` puts, in this order. */
  constructor(readonly names: readonly string[], readonly rows: CsvRows<Item>) {}

  header(): string {
    return text([[...SAMPLE_FIELDS, ...this.names]]);
  }

  /** In pieces of whole lines, each good until the next is asked for. */
  *lines(sample: Sample, items: readonly Item[]): Iterable<Uint8Array<ArrayBuffer>> {
    const to = this.#bytes, interval = Math.round(sample.intervalMs * 1000) / 1000;
    const head = constant(`${new Date(sample.wallMs).toISOString()},${interval}`);
    to.clear();
    this.rows.begin?.();
    for (const item of items) {
      to.add(head);
      this.rows.put(to, sample, item);
      to.add(LINE_END);
      if (to.length < CHUNK_BYTES) continue;
      yield to.bytes;
      to.clear();
    }
    if (to.length > 0) yield to.bytes;
  }
}

/** Cells of one line after the other, as text. */
export function cellsText(cells: readonly Cell[]): string {
  return cells.map((cell) => typeof cell === "string" && !isPlain(cell) ? quoted(cell) : `${cell ?? ""}`).join(",");
}

/** null is an empty cell. */
export function putCell(to: ByteText, cell: Cell): void {
  if (typeof cell === "number") to.number(cell);
  else if (typeof cell === "boolean") to.boolean(cell);
  else if (cell !== null && !to.plain(cell)) to.text(quoted(cell));
}

const quoted = (cell: string) => text([[cell]]).slice(0, -2);

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
