/** Samples as CSV by RFC 4180: the fields of the JSON document, flattened, a row a flow, or group, and sample. */
import { stringify } from "csv-stringify/sync";
import type { Sample } from "../flow/sample.ts";

type Cell = string | number | boolean | null;
type Read<Facts> = (facts: Facts) => Cell;

/** How each field is read from what a row tells, in order. */
export type Fields<Facts> = ReadonlyMap<string, Read<Facts>>;

/** The entry of a field that is called as in the JSON document. */
export function same<Facts>(name: keyof Facts & string): readonly [string, Read<Facts>] {
  return [name, (facts) => facts[name] as Cell];
}

/** Fields of the sample, which stand before all others. */
const SAMPLE_FIELDS = ["time", "interval_ms"] as const;

const OF_COLUMN: Readonly<Record<string, readonly string[]>> = {
  local: ["local_address", "local_port"],
  remote: ["remote_address", "remote_port", "remote_name"],
  "rx/s": ["rx_bytes_per_s"],
  "tx/s": ["tx_bytes_per_s"],
  rate: ["rx_bytes_per_s", "tx_bytes_per_s"],
  rx: ["rx_bytes"],
  tx: ["tx_bytes"],
  rtt: ["rtt_us"],
  retrans: ["retransmits"],
  rxpackets: ["rx_packets"],
  txpackets: ["tx_packets"],
  age: ["age_ms"],
  container: ["container_id", "container_runtime", "container_name"],
};

/** The fields that a column of the table stands for. */
export function fieldsOfColumn(id: string): readonly string[] {
  return OF_COLUMN[id] ?? [id];
}

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

/** A spreadsheet would run a cell that begins like a formula: such text gets an apostrophe in front. null is an empty cell. */
function text(lines: readonly (readonly Cell[])[]): string {
  return stringify(lines as Cell[][], {
    escape_formulas: true,
    record_delimiter: "\r\n",
    cast: { boolean: String, number: String },
  });
}
