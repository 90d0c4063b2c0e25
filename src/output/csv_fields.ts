/** Which fields CSV has, apart from what writes it: the command line asks, and most runs write none. */
import { type Drop, dropBytes, type Drops } from "../flow/drop_list.ts";

import { LIMIT_NAMES } from "../flow/limit.ts";

export type Cell = string | number | boolean | null;
type Read<Facts> = (facts: Facts) => Cell;

/** How each field is read from what a row tells, in order. */
export type Fields<Facts> = ReadonlyMap<string, Read<Facts>>;

/** The entry of a field that is called as in the JSON document. */
export function same<Facts>(name: keyof Facts & string): readonly [string, Read<Facts>] {
  return [name, (facts) => facts[name] as Cell];
}

/** Fields that a flow and a group of flows both have. */
export const TRAFFIC = [
  "rx_bytes",
  "tx_bytes",
  "rx_bytes_delta",
  "tx_bytes_delta",
  "rx_bytes_per_s",
  "tx_bytes_per_s",
  "rx_packets",
  "tx_packets",
] as const;

/** What was dropped of a flow or a group, in three fields; the last is such as: out netfilter_drop 3; in socket_rcvbuff 7 */
export function droppedFields<Facts extends { readonly dropped: Drops | null }>(): (readonly [string, Read<Facts>])[] {
  return [
    ["dropped_packets", ({ dropped }) => dropped?.reduce((sum, { packets }) => sum + packets, 0) ?? null],
    ["dropped_bytes", ({ dropped }) => dropBytes(dropped)],
    ["dropped_reasons", ({ dropped }) => dropped?.map(reasonCell).join("; ") ?? null],
  ];
}

const reasonCell = ({ direction, reason, packets }: Drop) => `${direction ?? "-"} ${reason ?? "-"} ${packets}`;

const OF_COLUMN: ReadonlyMap<string, readonly string[]> = new Map(Object.entries({
  local: ["local_address", "local_port"],
  remote: ["remote_address", "remote_port", "remote_name", "remote_name_from"],
  "rx/s": ["rx_bytes_per_s"],
  "tx/s": ["tx_bytes_per_s"],
  rate: ["rx_bytes_per_s", "tx_bytes_per_s"],
  rx: ["rx_bytes"],
  tx: ["tx_bytes"],
  rtt: ["rtt_us"],
  retrans: ["retransmits"],
  rxpackets: ["rx_packets"],
  txpackets: ["tx_packets"],
  dropped: ["dropped_packets", "dropped_reasons"],
  age: ["age_ms"],
  limit: ["limited_by", ...LIMIT_NAMES.flatMap((name) => name === null ? [] : [`limited_by_${name}`])],
  queue: ["send_queue_bytes", "receive_queue_bytes"],
  minrtt: ["min_rtt_us"],
  connect: ["connect_us"],
  overflows: ["accept_queue_overflows", "accept_queue_overflows_at_most"],
  idle: ["idle_ms"],
  congestion: ["congestion_control"],
  delivery: ["delivery_bytes_per_s"],
  pacing: ["pacing_bytes_per_s"],
  rto: ["rto_count"],
  ecn: ["ecn_marks"],
  parent: ["parent", "parent_name"],
  end: ["end_by", "end_how", "end_error"],
  container: ["container_id", "container_runtime", "container_name"],
}));

/** The fields that a column of the table stands for. */
export function fieldsOfColumn(id: string): readonly string[] {
  return OF_COLUMN.get(id) ?? [id];
}
