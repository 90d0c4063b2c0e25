/** What the kernel knows of a connection's way to its peer: kept by the table, and told of a row. null: not known, or the source does not say. */
import type { TcpPath } from "../decode/cursor.ts";
import { PathLacks, Unknown } from "../wire/layout.ts";
import type { FlowArrays } from "./columns.ts";
import { isListener, isTcp } from "./row.ts";

/** TCP_INFINITE_SSTHRESH: slow start has not ended yet. */
const NO_THRESHOLD = 0x7fffffff;
/** ~0 of 64 bits, as a number. */
const NOT_PACED = 2 ** 64;

export function notePath(c: FlowArrays, row: number, record: TcpPath): void {
  c.pathKnown[row] = 1;
  c.pathLacks[row] = record.lacks;
  c.movedNs[row] = record.movedNs;
  c.deliveryRate[row] = record.deliveryRate;
  c.pacingRate[row] = record.pacingRate;
  c.mss[row] = record.mss;
  c.ssthresh[row] = record.ssthresh;
  c.lost[row] = record.lost;
  c.rtoCount[row] = record.rtoCount;
  c.ecnMarks[row] = record.ecnMarks;
  c.reordSeen[row] = record.reordSeen;
  c.dsackDups[row] = record.dsackDups;
  record.copyCongestion(c.congestion, row * 16);
}

type Figure = "mss" | "ecnMarks" | "reordSeen" | "dsackDups";

export function pathFigure(flows: FlowArrays, row: number, what: Figure): number | null {
  return flows.pathKnown[row] ? flows[what][row] : null;
}

/** Microseconds; of a connection that was established while the source looked. */
export function connectUs(flows: FlowArrays, row: number): number | null {
  return flows.connectUs[row] || null;
}

/** Milliseconds since data was sent or came in, until `timeNs`. The kernel tells that of TCP to a tick of 1 to 10 ms: it may lie before the opening. */
export function idleMs(flows: FlowArrays, row: number, timeNs: number): number | null {
  if (flows.closed[row] || isListener(flows, row)) return null;
  const moved = isTcp(flows, row) ? flows.movedNs[row] : flows.lastNs[row];
  const opened = flows.unknown[row] & Unknown.age ? 0 : flows.openedNs[row];
  return moved === 0 ? null : Math.max(0, Math.round((timeNs - Math.max(moved, opened)) / 1e6));
}

/** Bytes a second that the peer acknowledged, as the kernel measured last; 0 is none yet. */
export function deliveryRate(flows: FlowArrays, row: number): number | null {
  return flows.pathKnown[row] ? flows.deliveryRate[row] || null : null;
}

export function pacingRate(flows: FlowArrays, row: number): number | null {
  return flows.pathKnown[row] && flows.pacingRate[row] < NOT_PACED ? flows.pacingRate[row] : null;
}

export function ssthresh(flows: FlowArrays, row: number): number | null {
  return flows.pathKnown[row] && flows.ssthresh[row] < NO_THRESHOLD ? flows.ssthresh[row] : null;
}

/** Segments that were taken for lost. */
export function lost(flows: FlowArrays, row: number): number | null {
  return has(flows, row, PathLacks.lost) ? flows.lost[row] : null;
}

/** Times that the retransmission timer ran out. */
export function rtoCount(flows: FlowArrays, row: number): number | null {
  return has(flows, row, PathLacks.rtoCount) ? flows.rtoCount[row] : null;
}

function has(flows: FlowArrays, row: number, bit: number): boolean {
  return flows.pathKnown[row] === 1 && (flows.pathLacks[row] & bit) === 0;
}
