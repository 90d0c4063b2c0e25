/** An event as JSON. */
import type { EventFacts } from "./event_facts.ts";
import { containerJson, droppedJson, endJson, remoteJson } from "./flow_json.ts";
import { quote, textOrNull as text } from "./json_text.ts";

/** As JSON.stringify({ schema, ...facts }) has it. */
export function eventJson(schema: string, f: EventFacts): string {
  return `{"schema":${
    quote(schema)
  },"event":"${f.event}","time":"${f.time}","id":"${f.id}","protocol":"${f.protocol}"` +
    `,"family":${f.family},"direction":${text(f.direction)}` +
    `,"local":{"address":${quote(f.local.address)},"port":${f.local.port}},"remote":${remoteJson(f.remote)}` +
    `,"pid":${f.pid},"process":${text(f.process)},"exe":${text(f.exe)},"uid":${f.uid},"user":${text(f.user)}` +
    `,"netns":${f.netns},"cgroup":${text(f.cgroup)},"container":${
      containerJson(f.container)
    },"duration_us":${f.duration_us}` +
    `,"rx_bytes":${f.rx_bytes},"tx_bytes":${f.tx_bytes},"rx_packets":${f.rx_packets},"tx_packets":${f.tx_packets}` +
    `,"rtt_us":${f.rtt_us},"rtt_var_us":${f.rtt_var_us},"retransmits":${f.retransmits},"loopback":${f.loopback}` +
    `,"final":${f.final},"end":${endJson(f.end)},"connect_us":${f.connect_us},"dropped":${droppedJson(f.dropped)}` +
    `,"host":${text(f.host)}}`;
}
