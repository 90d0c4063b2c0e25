/** What is told of one flow in its details: pairs of a label and a text. */
import { Unknown } from "../../flow/columns.ts";
import {
  cwnd,
  hasPeer,
  isTcp,
  retransmits,
  rttUs,
  rttVarUs,
  rxBytes,
  rxPackets,
  txBytes,
  txPackets,
} from "../../flow/row.ts";
import type { Sample } from "../../flow/sample.ts";
import { harmless, harmlessName } from "../../harmless.ts";
import * as flow from "../flow.ts";
import { ageText, bytesText, durationText, thousands } from "../units.ts";
import { named } from "../width.ts";
import { type Pair, pathPairs } from "./path.ts";

export function headline(sample: Sample, row: number, cells: number): string {
  const { flows: f } = sample, pid = flow.pidOf(f, row);
  const peer = hasPeer(f, row) ? harmless(flow.remoteName(sample, row) ?? flow.remoteAddress(sample, row)) : null;
  const to = peer === null ? "" : ` → ${peer} ${f.remotePort[row]}`;
  const behind = `${pid === null ? "" : ` [${pid}]`} ${isTcp(f, row) ? "tcp" : "udp"}${to}`;
  const name = harmlessName(flow.processName(sample, row) ?? "not known");
  return named(name, `${behind}${f.closed[row] ? " · has ended" : ""}`, cells);
}

export const plain = (value: number | null) => value === null ? "-" : thousands(value);
const exact = (bytes: number | null) => bytes === null ? "-" : `${bytesText(bytes)} (${plain(bytes)})`;

function ageOf(sample: Sample, row: number): string {
  const age = flow.ageMs(sample, row);
  if (age !== null) return ageText(age);
  return sample.flows.unknown[row] & Unknown.age ? "not known" : "longer than tcptop runs";
}

/** What fits side by side. */
export function factsOf(sample: Sample, row: number): Pair[] {
  const { flows: f } = sample, uid = flow.uidOf(f, row), rtt = rttUs(f, row), window = cwnd(f, row);
  const netns = f.netns[row];
  return [
    ["local", flow.localEndpoint(sample, row)],
    ["remote", hasPeer(f, row) ? flow.remoteEndpoint(sample, row) : "-"],
    ["state", flow.stateName(f, row)],
    ["direction", flow.directionName(f, row) ?? "-"],
    ["user", uid === null ? "-" : `${harmlessName(flow.userName(sample, row) ?? "?")} (${uid})`],
    ["age", ageOf(sample, row)],
    ["received", exact(rxBytes(f, row))],
    ["sent", exact(txBytes(f, row))],
    ["packets in", plain(rxPackets(f, row))],
    ["packets out", plain(txPackets(f, row))],
    ["round trip", rtt === null ? "-" : `${durationText(rtt)} ± ${durationText(rttVarUs(f, row))}`],
    ["retransmits", plain(retransmits(f, row))],
    ["cwnd", window === null ? "-" : `${plain(window)} segments`],
    ...pathPairs(sample, row),
    ["netns", netns === 0 ? "-" : String(netns)],
  ];
}
