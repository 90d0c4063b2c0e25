import { Unknown } from "../flow/columns.ts";
import { EventKind } from "../flow/event_log.ts";
import { type EventBatch, eventWallMs } from "../flow/sample.ts";
import { hostState } from "../flow/host.ts";
import { connectUs } from "../flow/path.ts";
import { flowId, isTcp, retransmits, rttUs, rttVarUs, rxBytes, rxPackets, txBytes, txPackets } from "../flow/row.ts";
import { dropsOf, endedOf } from "../view/drops.ts";
import {
  cgroupPath,
  container,
  directionName,
  executable,
  localAddress,
  pidOf,
  processName,
  uidOf,
  userName,
} from "../view/flow.ts";
import { type FlowFacts, remoteFacts } from "./flow_facts.ts";

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
  /** Which of --hosts has it; null: there is but one. */
  readonly host: string | null;
}

export function eventFacts(batch: EventBatch, row: number): EventFacts {
  const f = batch.flows, kind = batch.events.kind[row], uid = uidOf(f, row), isOpening = kind === EventKind.opened;
  return {
    event: eventName(kind),
    time: microTime(eventWallMs(batch, row)),
    id: flowId(f, row),
    protocol: isTcp(f, row) ? "tcp" : "udp",
    family: f.family[row] === 4 ? 4 : 6,
    direction: directionName(f, row),
    local: { address: localAddress(batch, row), port: f.localPort[row] },
    remote: remoteFacts(batch, row),
    pid: pidOf(f, row),
    process: processName(batch, row),
    exe: executable(batch, row),
    uid,
    user: userName(batch, row),
    netns: f.netns[row] || null,
    cgroup: cgroupPath(batch, row),
    container: container(batch, row),
    duration_us: durationUs(batch, row),
    rx_bytes: rxBytes(f, row),
    tx_bytes: txBytes(f, row),
    rx_packets: rxPackets(f, row),
    tx_packets: txPackets(f, row),
    rtt_us: rttUs(f, row),
    rtt_var_us: rttVarUs(f, row),
    retransmits: retransmits(f, row),
    loopback: f.loopback[row] === 1,
    final: isOpening ? null : kind !== EventKind.vanished,
    end: endedOf(batch, row),
    connect_us: connectUs(f, row),
    dropped: isOpening ? null : dropsOf(batch, row),
    host: hostState(batch, row)?.name ?? null,
  };
}

export function durationUs({ events }: EventBatch, row: number): number | null {
  if (events.kind[row] === EventKind.opened || events.openedNs[row] === 0) return null;
  // A source that saw no more than the end has put its time in place of that of the opening.
  if (events.unknown[row] & Unknown.age) return null;
  return Math.max(0, Math.round((events.lastNs[row] - events.openedNs[row]) / 1e3));
}

export function eventName(kind: number): EventFacts["event"] {
  if (kind === EventKind.opened) return "opened";
  return kind === EventKind.failed ? "failed" : "closed";
}

/** Most times are of the second of the one before. */
let second = NaN, text = "";

/** 2026-01-02T03:04:05. of a whole second since 1970. */
export function secondText(whole: number): string {
  if (whole !== second) {
    text = new Date(whole * 1e3).toISOString().slice(0, -4);
    second = whole;
  }
  return text;
}

/** 2026-01-02T03:04:05.678901Z */
export function microTime(wallMs: number): string {
  const us = Math.round(wallMs * 1e3), whole = Math.floor(us / 1e6);
  return `${secondText(whole)}${String(us - whole * 1e6).padStart(6, "0")}Z`;
}
