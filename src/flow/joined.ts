/** The two ends of a connection between two hosts: rows of different hosts whose addresses and ports are each other's mirror image. */
import { type FlowArrays, Protocol } from "./columns.ts";
import { endHash } from "./end_index.ts";
import { Direction, Unknown } from "../wire/layout.ts";
import { isMirror } from "./peers.ts";

/** So many rows are compared at most with one: whoever sends more of the same addresses is not worth the time. */
const MOST_COMPARED = 64;

/** By how much the times that two hosts give may be apart for the same moment: what is known of their clocks is so rough. */
const APART_NS = 3e9;

/** Calls back for each two rows of 0 to `length` that are one connection's. Where more than one host may have the other end, none is taken. */
export function joinHosts(f: FlowArrays, length: number, join: (a: number, b: number) => void): void {
  let size = 16;
  while (size < length * 2) size *= 2;
  const first = new Int32Array(size).fill(-1), next = new Int32Array(length);
  const hashes = new Uint32Array(length), rows: number[] = [];
  for (let row = 0; row < length; row++) {
    if (!mayBeElsewhere(f, row)) continue;
    const at = row * 16;
    const hash = endHash(f.localAddress, at, f.localPort[row], f.remoteAddress, at, f.remotePort[row]);
    hashes[row] = hash;
    next[row] = first[hash & size - 1];
    first[hash & size - 1] = row;
    rows.push(row);
  }
  const mateOf = (row: number) =>
    mate(f, row, (found) => {
      let left = MOST_COMPARED;
      for (let other = first[hashes[row] & size - 1]; other >= 0 && left > 0; other = next[other], left--) {
        if (hashes[other] === hashes[row]) found(other);
      }
    });
  for (const row of rows) {
    if (f.pair[row] !== 0) continue;
    const other = mateOf(row);
    if (other >= 0 && mateOf(other) === row) join(row, other);
  }
}

/** Whether the other end may be another host's. */
export function mayBeElsewhere(f: FlowArrays, row: number): boolean {
  return f.host[row] !== 0 && f.pair[row] === 0 && f.loopback[row] === 0 && f.localPort[row] !== 0 &&
    f.remotePort[row] !== 0;
}

/** Of connections of the same addresses one after the other, that which began nearest. -1: none, or it may be another host's too. */
function mate(f: FlowArrays, row: number, each: (found: (other: number) => void) => void): number {
  let best = -1, apart = Infinity, host = 0, several = false;
  each((other) => {
    if (f.host[other] === f.host[row] || f.pair[other] !== 0 || !isSame(f, row, other)) return;
    const [client, server] = f.direction[row] === Direction.inbound ? [other, row] : [row, other];
    if (begin(f, server) > end(f, client) + APART_NS || begin(f, client) > end(f, server) + APART_NS) return;
    several ||= best >= 0 && f.host[other] !== host;
    host = f.host[other];
    const distance = begin(f, row) === -Infinity || begin(f, other) === -Infinity
      ? 0
      : Math.abs(begin(f, row) - begin(f, other));
    if (distance >= apart) return;
    apart = distance;
    best = other;
  });
  return several ? -1 : best;
}

function isSame(f: FlowArrays, a: number, b: number): boolean {
  return (f.protocol[a] === Protocol.tcp) === (f.protocol[b] === Protocol.tcp) && isMirror(f, a, b);
}

function begin(f: FlowArrays, row: number): number {
  return f.openedNs[row] === 0 || f.unknown[row] & Unknown.age ? -Infinity : f.openedNs[row];
}

function end(f: FlowArrays, row: number): number {
  return f.closed[row] ? f.lastNs[row] : Infinity;
}
