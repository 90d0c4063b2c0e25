/** A record for each connection that ended, and each UDP flow that expired. */
import { Protocol, Unknown } from "../../flow/columns.ts";
import { connectUs } from "../../flow/path.ts";
import {
  flowId,
  hasFailed,
  hasPeer,
  isListener,
  isTcp,
  retransmits,
  rttUs,
  rxBytes,
  rxPackets,
  txBytes,
  txPackets,
} from "../../flow/row.ts";
import type { Sample } from "../../flow/sample.ts";
import type { Predicate } from "../../view/filter/fields.ts";
import { droppedCount, endedOf } from "../../view/drops.ts";
import { endSentence } from "../../view/end.ts";
import { localEndpoint, processName, remoteEndpoint } from "../../view/flow.ts";
import type { Networks } from "../networks.ts";
import type { Attributes } from "./attribute_set.ts";
import { endpointAttributes } from "./endpoints.ts";
import { ownerAttributes } from "./owner.ts";

/** Severities of OpenTelemetry's logs. */
const INFO = 9, WARN = 13;

export interface LogRecord {
  /** When it ended, and when that was told; ms since 1970. */
  readonly timeMs: number;
  readonly observedMs: number;
  readonly event: "tcptop.connection.closed" | "tcptop.connection.failed" | "tcptop.udp_flow.expired";
  readonly severity: { readonly number: number; readonly text: string };
  readonly body: string;
  readonly attributes: Attributes;
}

/** Those of the sample, in the order of its rows. `choose`: what of them is told; null: all. */
export function logRecords(sample: Sample, choose: Predicate | null, networks: Networks | null): LogRecord[] {
  const { flows } = sample, rows = sample.pastFrom ?? sample.length, records: LogRecord[] = [];
  for (let row = 0; row < rows; row++) {
    if (!flows.closed[row] || isListener(flows, row) || !hasPeer(flows, row)) continue;
    if (choose === null || choose(sample, row)) records.push(logRecord(sample, row, networks));
  }
  return records;
}

function logRecord(sample: Sample, row: number, networks: Networks | null): LogRecord {
  const { flows, wallMs, timeNs } = sample, tcp = isTcp(flows, row), failed = hasFailed(flows, row);
  const event = !tcp ? "tcptop.udp_flow.expired" : failed ? "tcptop.connection.failed" : "tcptop.connection.closed";
  return {
    timeMs: wallMs - (timeNs - flows.lastNs[row]) / 1e6,
    observedMs: wallMs,
    event,
    severity: failed ? { number: WARN, text: "WARN" } : { number: INFO, text: "INFO" },
    body: sentence(sample, row),
    attributes: known({
      ...endpointAttributes(sample, row),
      ...ownerAttributes(sample, row),
      "tcptop.flow.id": flowId(flows, row),
      "tcptop.remote.network": networks?.of(flows, row) ?? null,
      ...figures(sample, row),
      ...endAttributes(sample, row),
    }),
  };
}

type Perhaps = Readonly<Record<string, Attributes[string] | null>>;

/** What is not known is no attribute. */
function known(attributes: Perhaps): Attributes {
  const rest: Record<string, Attributes[string]> = {};
  for (const name in attributes) if (attributes[name] !== null) rest[name] = attributes[name];
  return rest;
}

/** By the names of the JSON documents. Bytes are payload. */
function figures(sample: Sample, row: number): Perhaps {
  const { flows } = sample;
  return {
    "tcptop.rx_bytes": rxBytes(flows, row),
    "tcptop.tx_bytes": txBytes(flows, row),
    "tcptop.rx_packets": rxPackets(flows, row),
    "tcptop.tx_packets": txPackets(flows, row),
    "tcptop.duration_us": durationUs(sample, row),
    "tcptop.rtt_us": rttUs(flows, row),
    "tcptop.connect_us": connectUs(flows, row),
    "tcptop.retransmits": retransmits(flows, row),
    "tcptop.dropped_packets": droppedCount(sample, row),
    "tcptop.inside": flows.inside[row] === 1,
  };
}

function endAttributes(sample: Sample, row: number): Perhaps {
  const end = isTcp(sample.flows, row) ? endedOf(sample, row) : null;
  return end === null ? {} : {
    "tcptop.end.by": end.by,
    "tcptop.end.how": end.how,
    "tcptop.end.reason": end.reason,
    "error.type": end.error,
  };
}

/** null: it is older than what is known of it. */
function durationUs({ flows }: Sample, row: number): number | null {
  if (flows.openedNs[row] === 0 || flows.unknown[row] & Unknown.age) return null;
  return Math.max(0, Math.round((flows.lastNs[row] - flows.openedNs[row]) / 1e3));
}

function sentence(sample: Sample, row: number): string {
  const { flows } = sample, end = isTcp(flows, row) ? endedOf(sample, row) : null;
  const how = !isTcp(flows, row) ? "expired" : end === null ? "ended" : endSentence(end);
  const protocol = isTcp(flows, row) ? "TCP" : flows.protocol[row] === Protocol.quic ? "QUIC" : "UDP";
  const process = processName(sample, row) ?? "process not known";
  return `${protocol} ${localEndpoint(sample, row)} ${remoteEndpoint(sample, row)} ${process}: ${how}`;
}
