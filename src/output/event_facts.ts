import { Unknown } from "../flow/columns.ts";
import { EventKind } from "../flow/event_log.ts";
import { type EventBatch, eventWallMs } from "../flow/sample.ts";
import { type FlowFacts, flowFacts } from "./flow_facts.ts";

/** One connection that opened or ended. */
export interface EventFacts {
  readonly event: "opened" | "closed" | "failed";
  /** UTC, to the microsecond. */
  readonly time: string;
  readonly id: string;
  readonly protocol: "tcp" | "udp";
  readonly family: 4 | 6;
  readonly direction: FlowFacts["direction"];
  readonly local: FlowFacts["local"];
  readonly remote: FlowFacts["remote"];
  readonly pid: number | null;
  readonly process: string | null;
  readonly exe: string | null;
  readonly uid: number | null;
  readonly user: string | null;
  readonly netns: number | null;
  readonly cgroup: string | null;
  readonly container: FlowFacts["container"];
  /** null: it opened just now, or before anyone looked. */
  readonly duration_us: number | null;
  readonly rx_bytes: number | null;
  readonly tx_bytes: number | null;
  readonly rx_packets: number | null;
  readonly tx_packets: number | null;
  readonly rtt_us: number | null;
  readonly rtt_var_us: number | null;
  readonly retransmits: number | null;
  readonly loopback: boolean;
  /** false: its end was not seen, and its figures are those of the last look at it. null for an opening. */
  readonly final: boolean | null;
  /** Why and by whom it ended; null: it has not, or the source does not say. */
  readonly end: FlowFacts["end"];
  /** How long the handshake took. */
  readonly connect_us: number | null;
  /** What this machine's kernel threw away of it; null: not known, or it has just opened. */
  readonly dropped: FlowFacts["dropped"];
}

export function eventFacts(batch: EventBatch, row: number): EventFacts {
  const facts = flowFacts(batch, row), kind = batch.events.kind[row];
  return {
    event: kind === EventKind.opened ? "opened" : kind === EventKind.failed ? "failed" : "closed",
    time: microTime(eventWallMs(batch, row)),
    id: facts.id,
    protocol: facts.protocol,
    family: facts.family,
    direction: facts.direction,
    local: facts.local,
    remote: facts.remote,
    pid: facts.pid,
    process: facts.process,
    exe: facts.exe,
    uid: facts.uid,
    user: facts.user,
    netns: facts.netns,
    cgroup: facts.cgroup,
    container: facts.container,
    duration_us: durationUs(batch, row),
    rx_bytes: facts.rx_bytes,
    tx_bytes: facts.tx_bytes,
    rx_packets: facts.rx_packets,
    tx_packets: facts.tx_packets,
    rtt_us: facts.rtt_us,
    rtt_var_us: facts.rtt_var_us,
    retransmits: facts.retransmits,
    loopback: facts.loopback,
    final: kind === EventKind.opened ? null : kind !== EventKind.vanished,
    end: facts.end,
    connect_us: facts.connect_us,
    dropped: kind === EventKind.opened ? null : facts.dropped,
  };
}

function durationUs({ events }: EventBatch, row: number): number | null {
  if (events.kind[row] === EventKind.opened || events.openedNs[row] === 0) return null;
  // A source that saw no more than the end has put its time in place of that of the opening.
  if (events.unknown[row] & Unknown.age) return null;
  return Math.max(0, Math.round((events.lastNs[row] - events.openedNs[row]) / 1e3));
}

/** 2026-01-02T03:04:05.678901Z */
export function microTime(wallMs: number): string {
  const us = Math.round(wallMs * 1e3), ms = Math.floor(us / 1e3);
  return `${new Date(ms).toISOString().slice(0, -1)}${String(us - ms * 1e3).padStart(3, "0")}Z`;
}
