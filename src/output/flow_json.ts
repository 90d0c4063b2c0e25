/** A flow as JSON. */
import type { Container } from "../view/flow.ts";
import type { FlowFacts, Peer } from "./flow_facts.ts";
import { quote, textOrNull as text, wholeOrNull as whole } from "./json_text.ts";

/** As JSON.stringify() has it. Every number is finite. */
export function flowJson(f: FlowFacts): string {
  return `{"id":"${f.id}","protocol":"${f.protocol}","family":${f.family},"state":"${f.state}"` +
    `,"direction":${text(f.direction)},"local":{"address":${quote(f.local.address)},"port":${f.local.port}}` +
    `,"remote":${remoteJson(f.remote)},"pid":${f.pid},"process":${text(f.process)},"uid":${f.uid}` +
    `,"user":${text(f.user)},"netns":${f.netns},"cgroup":${text(f.cgroup)},"container":${containerJson(f.container)}` +
    `,"rx_bytes":${f.rx_bytes},"tx_bytes":${f.tx_bytes},"rx_bytes_delta":${f.rx_bytes_delta}` +
    `,"tx_bytes_delta":${f.tx_bytes_delta},"rx_bytes_per_s":${f.rx_bytes_per_s},"tx_bytes_per_s":${f.tx_bytes_per_s}` +
    `,"rx_packets":${f.rx_packets},"tx_packets":${f.tx_packets},"rtt_us":${f.rtt_us},"rtt_var_us":${f.rtt_var_us}` +
    `,"cwnd":${f.cwnd},"retransmits":${f.retransmits},"age_ms":${f.age_ms},"closed":${f.closed}` +
    `,"loopback":${f.loopback},"exe":${text(f.exe)},"shared":${f.shared},"established":${f.established}` +
    `,"inside":${f.inside},"rx_dropped_packets":${f.rx_dropped_packets},"rx_dropped_bytes":${f.rx_dropped_bytes}` +
    `,"limited_by":${text(f.limited_by)},"busy_ms":${f.busy_ms},"peer_window_ms":${f.peer_window_ms}` +
    `,"send_buffer_ms":${f.send_buffer_ms},"send_queue_bytes":${f.send_queue_bytes},"unsent_bytes":${f.unsent_bytes}` +
    `,"receive_queue_bytes":${f.receive_queue_bytes},"min_rtt_us":${f.min_rtt_us},"dropped":${droppedJson(f.dropped)}` +
    `,"end":${endJson(f.end)},"accept_queue":${whole(f.accept_queue)},"peer":${peerJson(f.peer)}` +
    `,"connect_us":${f.connect_us},"idle_ms":${f.idle_ms},"congestion_control":${text(f.congestion_control)}` +
    `,"mss":${f.mss},"ssthresh":${f.ssthresh},"delivery_bytes_per_s":${f.delivery_bytes_per_s}` +
    `,"pacing_bytes_per_s":${f.pacing_bytes_per_s},"lost":${f.lost},"rto_count":${f.rto_count}` +
    `,"ecn_marks":${f.ecn_marks},"reord_seen":${f.reord_seen},"dsack_dups":${f.dsack_dups},"host":${text(f.host)}${
      commandJson(f)
    }}`;
}

export function remoteJson(r: FlowFacts["remote"]): string {
  if (r === null) return "null";
  return `{"address":${quote(r.address)},"port":${r.port},"name":${text(r.name)},"name_from":${
    text(r.name_from)
  },"real":${whole(r.real)}}`;
}

export function containerJson(c: Container | null): string {
  return c === null ? "null" : `{"id":${quote(c.id)},"runtime":${quote(c.runtime)},"name":${text(c.name)}}`;
}

export function endJson(e: FlowFacts["end"]): string {
  if (e === null) return "null";
  return `{"by":"${e.by}","how":${text(e.how)},"error":${text(e.error)},"reason":${text(e.reason)}}`;
}

export const droppedJson = (drops: FlowFacts["dropped"]) => drops?.length === 0 ? "[]" : whole(drops);

function peerJson(p: Peer | null): string {
  if (p === null) return "null";
  return `{"id":"${p.id}","pid":${p.pid},"process":${text(p.process)},"container":${
    containerJson(p.container)
  },"netns":${p.netns},"via":"${p.via}","host":${text(p.host)}}`;
}

function commandJson({ command, parent, parent_name: name }: FlowFacts): string {
  return command === undefined
    ? ""
    : `,"command":${text(command)},"parent":${parent},"parent_name":${text(name ?? null)}`;
}
