import { type FlowFacts, flowFacts } from "./flow_facts.ts";
import { Csv } from "./csv.ts";
import { type Fields, fieldsOfColumn, same, TRAFFIC } from "./csv_fields.ts";

const plain = same<FlowFacts>;

/** Every field of a flow, in order. */
const FIELDS: Fields<FlowFacts> = new Map([
  plain("id"),
  plain("protocol"),
  plain("family"),
  plain("state"),
  plain("direction"),
  ["local_address", (flow) => flow.local.address],
  ["local_port", (flow) => flow.local.port],
  ["remote_address", (flow) => flow.remote?.address ?? null],
  ["remote_port", (flow) => flow.remote?.port ?? null],
  ["remote_name", (flow) => flow.remote?.name ?? null],
  plain("pid"),
  plain("process"),
  plain("uid"),
  plain("user"),
  plain("netns"),
  plain("cgroup"),
  ["container_id", (flow) => flow.container?.id ?? null],
  ["container_runtime", (flow) => flow.container?.runtime ?? null],
  ["container_name", (flow) => flow.container?.name ?? null],
  ...TRAFFIC.map(plain),
  plain("rtt_us"),
  plain("rtt_var_us"),
  plain("cwnd"),
  plain("retransmits"),
  plain("age_ms"),
  plain("closed"),
  plain("loopback"),
  plain("exe"),
  plain("shared"),
  plain("established"),
  plain("inside"),
  plain("rx_dropped_packets"),
  plain("rx_dropped_bytes"),
  plain("limited_by"),
  plain("busy_ms"),
  plain("peer_window_ms"),
  plain("send_buffer_ms"),
  plain("send_queue_bytes"),
  plain("unsent_bytes"),
  plain("receive_queue_bytes"),
  plain("min_rtt_us"),
  ["end_by", (flow) => flow.end?.by ?? null],
  ["end_how", (flow) => flow.end?.how ?? null],
  ["end_error", (flow) => flow.end?.error ?? null],
  ["end_reason", (flow) => flow.end?.reason ?? null],
  ["accept_queue_length", (flow) => flow.accept_queue?.length ?? null],
  ["accept_queue_limit", (flow) => flow.accept_queue?.limit ?? null],
  ["remote_real_address", (flow) => flow.remote?.real?.address ?? null],
  ["remote_real_port", (flow) => flow.remote?.real?.port ?? null],
  ["peer_id", (flow) => flow.peer?.id ?? null],
  ["peer_pid", (flow) => flow.peer?.pid ?? null],
  ["peer_process", (flow) => flow.peer?.process ?? null],
  ["peer_container_id", (flow) => flow.peer?.container?.id ?? null],
  ["peer_container_name", (flow) => flow.peer?.container?.name ?? null],
  ["peer_netns", (flow) => flow.peer?.netns ?? null],
  ["peer_via", (flow) => flow.peer?.via ?? null],
]);

/** `columns`: ids of the table's columns to write the fields of; null: every field. */
export function flowCsv(columns: readonly string[] | null): Csv<number, FlowFacts> {
  const named = columns?.flatMap(fieldsOfColumn).filter((field) => FIELDS.has(field));
  return new Csv(FIELDS, named ?? FIELDS.keys(), flowFacts);
}
