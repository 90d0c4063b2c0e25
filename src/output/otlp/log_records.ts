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
import { addKnown, type Attributes, type AttributeSink, GatheredAttributes } from "./attribute_set.ts";
import { addEndpoints } from "./endpoints.ts";
import { addOwner } from "./owner.ts";

/** Severities of OpenTelemetry's logs. */
const INFORMATION = { number: 9, text: "INFO" }, WARNING = { number: 13, text: "WARN" };

export interface LogHead {
  /** When it ended, and when that was told; ms since 1970. */
  readonly timeMs: number;
  readonly observedMs: number;
  readonly event: "tcptop.connection.closed" | "tcptop.connection.failed" | "tcptop.udp_flow.expired";
  readonly severity: { readonly number: number; readonly text: string };
  readonly body: string;
}

export interface LogRecord extends LogHead {
  readonly attributes: Attributes;
}

/** Rows of the sample that a record is due for. `choose`: what of them is told; null: all. */
export function endedRows(sample: Sample, choose: Predicate | null): number[] {
  const { flows } = sample, rows = sample.pastFrom ?? sample.length, ended: number[] = [];
  for (let row = 0; row < rows; row++) {
    if (!flows.closed[row] || isListener(flows, row) || !hasPeer(flows, row)) continue;
    if (choose === null || choose(sample, row)) ended.push(row);
  }
  return ended;
}

export function logRecord(sample: Sample, row: number, networks: Networks | null): LogRecord {
  const gathered = new GatheredAttributes();
  addAttributes(gathered, sample, row, networks);
  return { ...logHead(sample, row), attributes: gathered.attributes };
}

/** What of the row's record is no attribute. */
export function logHead(sample: Sample, row: number): LogHead {
  const { flows, wallMs, timeNs } = sample, tcp = isTcp(flows, row), failed = hasFailed(flows, row);
  return {
    timeMs: wallMs - (timeNs - flows.lastNs[row]) / 1e6,
    observedMs: wallMs,
    event: !tcp ? "tcptop.udp_flow.expired" : failed ? "tcptop.connection.failed" : "tcptop.connection.closed",
    severity: failed ? WARNING : INFORMATION,
    body: sentence(sample, row),
  };
}

export function addAttributes(to: AttributeSink, sample: Sample, row: number, networks: Networks | null): void {
  addEndpoints(to, sample, row);
  addOwner(to, sample, row);
  to.put("tcptop.flow.id", flowId(sample.flows, row));
  addKnown(to, "tcptop.remote.network", networks?.of(sample.flows, row) ?? null);
  addFigures(to, sample, row);
  addEnd(to, sample, row);
}

/** By the names of the JSON documents. Bytes are payload. */
function addFigures(to: AttributeSink, sample: Sample, row: number): void {
  const { flows } = sample;
  addKnown(to, "tcptop.rx_bytes", rxBytes(flows, row));
  addKnown(to, "tcptop.tx_bytes", txBytes(flows, row));
  addKnown(to, "tcptop.rx_packets", rxPackets(flows, row));
  addKnown(to, "tcptop.tx_packets", txPackets(flows, row));
  addKnown(to, "tcptop.duration_us", durationUs(sample, row));
  addKnown(to, "tcptop.rtt_us", rttUs(flows, row));
  addKnown(to, "tcptop.connect_us", connectUs(flows, row));
  addKnown(to, "tcptop.retransmits", retransmits(flows, row));
  addKnown(to, "tcptop.dropped_packets", droppedCount(sample, row));
  to.put("tcptop.inside", flows.inside[row] === 1);
}

function addEnd(to: AttributeSink, sample: Sample, row: number): void {
  const end = isTcp(sample.flows, row) ? endedOf(sample, row) : null;
  if (end === null) return;
  to.put("tcptop.end.by", end.by);
  addKnown(to, "tcptop.end.how", end.how);
  addKnown(to, "tcptop.end.reason", end.reason);
  addKnown(to, "error.type", end.error);
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
