/** Whom a row of a sample is connected to, where that end is a row of the sample too. */
import type { FlowArrays } from "./columns.ts";
import { hashSeed } from "./hash_seed.ts";
import { Scratch } from "./scratch.ts";

interface Flows {
  readonly flows: FlowArrays;
  readonly length: number;
}

/** Made when it is first asked for, and kept as long as its sample. */
const indexes = new WeakMap<FlowArrays, PairIndex>();

/** The row of the other end; the row itself where a socket is connected to itself; -1: not on this machine, not known, or gone. */
export function peerRow({ flows, length }: Flows, row: number): number {
  return flows.pair[row] === 0 ? -1 : peersOf({ flows, length }).peerRow(row);
}

/** For who asks for many of a sample's. */
export function peersOf({ flows, length }: Flows): PairIndex {
  let index = indexes.get(flows);
  if (index === undefined) indexes.set(flows, index = new PairIndex(flows, length));
  return index;
}

const SEED = hashSeed();

/** While one is made. */
const places = new Scratch((length) => new Int32Array(length));

/** Of each row, the one at the other end. */
class PairIndex {
  /** -1: none. Most rows are asked for once or more, so all are looked up when it is made, each once. */
  readonly #peers: Int32Array;

  constructor(readonly flows: FlowArrays, length: number) {
    const pairs = flows.pair, peers = this.#peers = new Int32Array(length).fill(-1);
    let count = 0, bits = 4;
    for (let row = 0; row < length; row++) if (pairs[row] !== 0) count++;
    if (count === 0) return;
    // Of each pair one place. Numbers are handed out one after the other: by their low bits those of many pairs that stay would be one long stretch of
    // places, and each short connection whose number comes round into it would go through the rest of it.
    while (1 << bits <= count) bits++;
    const capacity = 1 << bits, mask = capacity - 1, shift = 32 - bits;
    const firsts = places.take(capacity).fill(-1, 0, capacity);
    for (let row = 0; row < length; row++) {
      const pair = pairs[row];
      if (pair === 0) continue;
      const seeded = Math.imul(pair, SEED);
      let at = Math.imul(seeded ^ seeded >>> 15, 0x9e3779b1) >>> shift;
      while (firsts[at] >= 0 && pairs[firsts[at]] !== pair) at = (at + 1) & mask;
      const first = firsts[at];
      if (first < 0) firsts[at] = row;
      else {
        peers[first] = row;
        peers[row] = first;
      }
    }
  }

  peerRow(row: number): number {
    if (this.flows.pair[row] === 0) return -1;
    const other = this.#peers[row];
    return other >= 0 ? other : isOwnMirror(this.flows, row) ? row : -1;
  }
}

function isOwnMirror({ localAddress, localPort, remoteAddress, remotePort }: FlowArrays, row: number): boolean {
  if (localPort[row] !== remotePort[row]) return false;
  for (let i = row * 16; i < row * 16 + 16; i++) if (localAddress[i] !== remoteAddress[i]) return false;
  return true;
}
