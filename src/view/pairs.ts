/** The two ends of a connection inside this machine as one row: the client's, with whom it talks to behind its remote address. */
import type { FlowArrays } from "../flow/columns.ts";
import { peerRow, peersOf } from "../flow/peer.ts";
import { hostState } from "../flow/host.ts";
import { Scratch } from "../flow/scratch.ts";
import type { Sample } from "../flow/sample.ts";
import { harmless, harmlessName } from "../harmless.ts";
import { Direction } from "../wire/layout.ts";
import * as flow from "./flow.ts";

/** Of the rows those that are shown when both ends of a connection are one row: without the server's end, where the client's is among them. An end
 * that has gone is not put together with one that has not: each says something of its own. */
export function folded(sample: Sample, rows: readonly number[]): number[] {
  const shown = Int32Array.from(rows);
  return Array.from(shown.subarray(0, fold(sample, shown, rows.length)));
}

/** By row: whether it is one of those that are folded. */
const among = new Scratch((length) => new Uint8Array(length));

/** folded() of the first `count` rows, in their place. How many are left. */
export function fold(sample: Sample, rows: Int32Array, count: number): number {
  const chosen = among.take(sample.length).fill(0, 0, sample.length), { closed } = sample.flows;
  for (let i = 0; i < count; i++) chosen[rows[i]] = 1;
  const peers = peersOf(sample);
  let left = 0;
  for (let i = 0; i < count; i++) {
    const row = rows[i], peer = peers.peerRow(row);
    if (peer < 0 || peer === row || closed[peer] !== closed[row] || chosen[peer] === 0 || isClient(sample, row, peer)) {
      rows[left++] = row;
    }
  }
  return left;
}

/** The row that is one with this one when pairs are folded; -1: there is none. */
export function otherEnd(sample: Sample, row: number): number {
  const peer = peerRow(sample, row), { closed } = sample.flows;
  return peer < 0 || peer === row || closed[peer] !== closed[row] ? -1 : peer;
}

/** Whether it opened the connection to `peer`; where that is not known, whether it has the higher port, as clients mostly have. */
export function isClient({ flows: f }: Sample, row: number, peer: number): boolean {
  return (rank(f, row) - rank(f, peer) || f.localPort[row] - f.localPort[peer] || peer - row) > 0;
}

function rank({ direction }: FlowArrays, row: number): number {
  return direction[row] === Direction.outbound ? 2 : direction[row] === Direction.inbound ? 0 : 1;
}

/** Who is at the other end, as a cell says it: httpd (pub); empty: not known. */
export function peerText(sample: Sample, row: number): string {
  const peer = peerRow(sample, row);
  if (peer < 0) return "";
  const process = flow.processName(sample, peer), container = flow.container(sample, peer);
  const inside = container === null ? "" : `(${container.name ?? container.id.slice(0, 12)})`;
  const there = sample.flows.host[peer] === sample.flows.host[row] ? "" : `@${hostState(sample, peer)?.name ?? ""}`;
  return harmless(
    [process === null ? "" : harmlessName(process), inside].filter((part) => part !== "").join(" ") + there,
  );
}
