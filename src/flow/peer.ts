/** Whom a row of a sample is connected to, where that end is a row of the sample too. */
import type { FlowArrays } from "./columns.ts";

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

/** Number of a pair -> its rows. Numbers are handed out one after the other, so their low bits spread them well. */
class PairIndex {
  readonly #mask: number;
  readonly #pair: Uint32Array;
  readonly #rows: Int32Array;

  constructor(readonly flows: FlowArrays, length: number) {
    const pairs = flows.pair;
    let count = 0, capacity = 16;
    for (let row = 0; row < length; row++) if (pairs[row] !== 0) count++;
    while (capacity < count * 2) capacity *= 2;
    this.#mask = capacity - 1;
    this.#pair = new Uint32Array(capacity);
    this.#rows = new Int32Array(capacity * 2).fill(-1);
    for (let row = 0; row < length; row++) {
      if (pairs[row] === 0) continue;
      const at = this.#slot(pairs[row]);
      this.#rows[at * 2 + (this.#pair[at] === 0 ? 0 : 1)] = row;
      this.#pair[at] = pairs[row];
    }
  }

  peerRow(row: number): number {
    const pair = this.flows.pair[row];
    if (pair === 0) return -1;
    const at = this.#slot(pair) * 2, other = this.#rows[at] === row ? this.#rows[at + 1] : this.#rows[at];
    return other >= 0 ? other : isOwnMirror(this.flows, row) ? row : -1;
  }

  /** Of the pair, or the free one where it belongs. */
  #slot(pair: number): number {
    for (let at = pair & this.#mask;; at = (at + 1) & this.#mask) {
      if (this.#pair[at] === pair || this.#pair[at] === 0) return at;
    }
  }
}

function isOwnMirror({ localAddress, localPort, remoteAddress, remotePort }: FlowArrays, row: number): boolean {
  if (localPort[row] !== remotePort[row]) return false;
  for (let i = row * 16; i < row * 16 + 16; i++) if (localAddress[i] !== remoteAddress[i]) return false;
  return true;
}
