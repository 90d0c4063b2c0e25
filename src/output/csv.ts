/** Samples as CSV by RFC 4180: the fields of the JSON document's flows, flattened, a row a flow and sample. */
import { stringify } from "csv-stringify/sync";
import type { Sample } from "../flow/sample.ts";
import { type FlowFacts, flowFacts } from "../view/flow.ts";

type Cell = string | number | boolean | null;
type Read = (flow: FlowFacts) => Cell;

const same = (name: keyof FlowFacts): [string, Read] => [name, (flow) => flow[name] as Cell];

/** Every field of a flow, in order. */
const FIELDS: ReadonlyMap<string, Read> = new Map<string, Read>([
  same("id"),
  same("protocol"),
  same("family"),
  same("state"),
  same("direction"),
  ["local_address", (flow) => flow.local.address],
  ["local_port", (flow) => flow.local.port],
  ["remote_address", (flow) => flow.remote?.address ?? null],
  ["remote_port", (flow) => flow.remote?.port ?? null],
  ["remote_name", (flow) => flow.remote?.name ?? null],
  same("pid"),
  same("process"),
  same("uid"),
  same("user"),
  same("netns"),
  same("cgroup"),
  ["container_id", (flow) => flow.container?.id ?? null],
  ["container_runtime", (flow) => flow.container?.runtime ?? null],
  ["container_name", (flow) => flow.container?.name ?? null],
  same("rx_bytes"),
  same("tx_bytes"),
  same("rx_bytes_delta"),
  same("tx_bytes_delta"),
  same("rx_bytes_per_s"),
  same("tx_bytes_per_s"),
  same("rx_packets"),
  same("tx_packets"),
  same("rtt_us"),
  same("rtt_var_us"),
  same("cwnd"),
  same("retransmits"),
  same("age_ms"),
  same("closed"),
  same("loopback"),
]);

/** Fields of the sample, which stand before those of the flow. */
const SAMPLE_FIELDS = ["time", "interval_ms"] as const;

/** Fields that a column of the table stands for, where their names differ. */
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

const ROWS_A_CHUNK = 256;

export class Csv {
  readonly #fields: readonly string[];

  /** `columns`: ids of the table's columns to write the fields of; null: every field. */
  constructor(columns: readonly string[] | null) {
    const named = columns?.flatMap((id) => OF_COLUMN[id] ?? [id]).filter((field) => FIELDS.has(field));
    this.#fields = [...new Set(named ?? FIELDS.keys())];
  }

  header(): string {
    return text([[...SAMPLE_FIELDS, ...this.#fields]]);
  }

  /** In pieces of whole lines. */
  *lines(sample: Sample, rows: readonly number[]): Iterable<string> {
    const head = [new Date(sample.wallMs).toISOString(), Math.round(sample.intervalMs * 1000) / 1000];
    for (let at = 0; at < rows.length; at += ROWS_A_CHUNK) {
      const flows = rows.slice(at, at + ROWS_A_CHUNK).map((row) => flowFacts(sample, row));
      yield text(flows.map((flow) => [...head, ...this.#fields.map((field) => FIELDS.get(field)!(flow))]));
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
