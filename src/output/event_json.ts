/** An event as JSON, put together by hand: JSON.stringify() walks the object anew for each of thousands a second. */
import type { EventFacts } from "./event_facts.ts";

/** Texts between quotes, kept: few processes and addresses make most events. */
const MOST_TEXTS = 1 << 12;
const quoted = new Map<string, string>();

/** As JSON.stringify({ schema, ...facts }) has it. */
export function eventJson(schema: string, f: EventFacts): string {
  return `{"schema":${
    quote(schema)
  },"event":"${f.event}","time":"${f.time}","id":"${f.id}","protocol":"${f.protocol}"` +
    `,"family":${f.family},"direction":${text(f.direction)}` +
    `,"local":{"address":${quote(f.local.address)},"port":${f.local.port}},"remote":${remote(f.remote)}` +
    `,"pid":${f.pid},"process":${text(f.process)},"exe":${text(f.exe)},"uid":${f.uid},"user":${text(f.user)}` +
    `,"netns":${f.netns},"cgroup":${text(f.cgroup)},"container":${whole(f.container)},"duration_us":${f.duration_us}` +
    `,"rx_bytes":${f.rx_bytes},"tx_bytes":${f.tx_bytes},"rx_packets":${f.rx_packets},"tx_packets":${f.tx_packets}` +
    `,"rtt_us":${f.rtt_us},"rtt_var_us":${f.rtt_var_us},"retransmits":${f.retransmits},"loopback":${f.loopback}` +
    `,"final":${f.final},"end":${end(f.end)},"connect_us":${f.connect_us},"dropped":${whole(f.dropped)}}`;
}

function remote(r: EventFacts["remote"]): string {
  if (r === null) return "null";
  return `{"address":${quote(r.address)},"port":${r.port},"name":${text(r.name)},"name_from":${
    text(r.name_from)
  },"real":${whole(r.real)}}`;
}

function end(e: EventFacts["end"]): string {
  if (e === null) return "null";
  return `{"by":"${e.by}","how":${text(e.how)},"error":${text(e.error)},"reason":${text(e.reason)}}`;
}

const text = (value: string | null) => value === null ? "null" : quote(value);

/** Of what is seldom there. */
const whole = (value: object | null) => value === null ? "null" : JSON.stringify(value);

function quote(value: string): string {
  const known = quoted.get(value);
  if (known !== undefined) return known;
  const made = JSON.stringify(value);
  if (quoted.size >= MOST_TEXTS) quoted.clear();
  quoted.set(value, made);
  return made;
}
