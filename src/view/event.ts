import { Unknown } from "../flow/columns.ts";
import { type EventArrays, EventKind } from "../flow/event_log.ts";
import type { Sample } from "../flow/sample.ts";
import { type FlowFacts, flowFacts } from "./flow.ts";

/** Events as rows of a sample: what can be done with its flows, selecting and telling, can be done with them. */
export interface EventBatch extends Sample {
  readonly flows: EventArrays;
  readonly events: EventArrays;
  /** CLOCK_REALTIME at CLOCK_BOOTTIME zero, ms since 1970. */
  readonly bootWallMs: number;
  /** Events before this batch that nobody will see. */
  readonly dropped: number;
}

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
}

export function eventFacts(batch: EventBatch, row: number): EventFacts {
  const facts = flowFacts(batch, row), kind = batch.events.kind[row];
  return {
    event: kind === EventKind.opened ? "opened" : kind === EventKind.failed ? "failed" : "closed",
    time: eventTime(batch, row),
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
  };
}

export function durationUs({ events }: EventBatch, row: number): number | null {
  if (events.kind[row] === EventKind.opened || events.openedNs[row] === 0) return null;
  // A source that met it at its end alone puts that moment in the place of the opening.
  if (events.unknown[row] & Unknown.age) return null;
  return Math.max(0, Math.round((events.lastNs[row] - events.openedNs[row]) / 1e3));
}

export function eventTime({ bootWallMs, events }: EventBatch, row: number): string {
  return microTime(bootWallMs + events.timeNs[row] / 1e6);
}

/** 2026-01-02T03:04:05.678901Z */
export function microTime(wallMs: number): string {
  const us = Math.round(wallMs * 1e3), ms = Math.floor(us / 1e3);
  return `${new Date(ms).toISOString().slice(0, -1)}${String(us - ms * 1e3).padStart(3, "0")}Z`;
}
