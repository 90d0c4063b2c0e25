import type { FlowArrays } from "./columns.ts";
import { hashSeed } from "./hash_seed.ts";
import { finished, mix, mixAddress } from "./murmur.ts";

const SEED = hashSeed();
const EMPTY = -1;
const GONE = -2;

/** What tells one UDP flow from another: the socket, the remote address and port, and the link of a link-local one. */
export interface UdpKey {
  readonly cookieLow: number;
  readonly cookieHigh: number;
  readonly remotePort: number;
  readonly scope: number;
  /** 16 bytes at `at`, as in the columns. */
  readonly remote: Uint8Array;
  readonly at: number;
}

/** Key -> row. Open addressing: only hashes and row numbers are kept, keys are compared where they are, in the columns. */
export class UdpIndex {
  #hash = new Uint32Array(256);
  #row = new Int32Array(256).fill(EMPTY);
  #used = 0; // entries and graves
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** The row, or -1. */
  get(columns: FlowArrays, key: UdpKey): number {
    const at = this.#find(columns, key, hashOf(key));
    return at < 0 ? -1 : this.#row[at];
  }

  /** The key must be that of `row` in the columns, and not be here yet. */
  add(key: UdpKey, row: number): void {
    if (this.#used * 4 >= this.#row.length * 3) this.#rehash();
    this.#insert(hashOf(key), row);
    this.#size++;
  }

  /** The entry of `key` now stands for row `row`; no entry, nothing happens. */
  move(columns: FlowArrays, key: UdpKey, row: number): void {
    const at = this.#find(columns, key, hashOf(key));
    if (at >= 0) this.#row[at] = row;
  }

  delete(columns: FlowArrays, key: UdpKey): void {
    const at = this.#find(columns, key, hashOf(key));
    if (at < 0) return;
    this.#row[at] = GONE;
    this.#size--;
  }

  #find(columns: FlowArrays, key: UdpKey, hash: number): number {
    const mask = this.#row.length - 1;
    for (let at = hash & mask;; at = (at + 1) & mask) {
      const row = this.#row[at];
      if (row === EMPTY) return -1;
      if (row >= 0 && this.#hash[at] === hash && isKeyOf(columns, row, key)) return at;
    }
  }

  #insert(hash: number, row: number): void {
    const mask = this.#row.length - 1;
    let at = hash & mask;
    while (this.#row[at] !== EMPTY) at = (at + 1) & mask;
    this.#hash[at] = hash;
    this.#row[at] = row;
    this.#used++;
  }

  /** Drops the graves; grows or shrinks to at most half full. */
  #rehash(): void {
    const hash = this.#hash, row = this.#row;
    let capacity = 256;
    while (capacity < this.#size * 2 + 2) capacity *= 2;
    this.#hash = new Uint32Array(capacity);
    this.#row = new Int32Array(capacity).fill(EMPTY);
    this.#used = 0;
    for (let at = 0; at < row.length; at++) if (row[at] >= 0) this.#insert(hash[at], row[at]);
  }
}

function isKeyOf(c: FlowArrays, row: number, key: UdpKey): boolean {
  if (c.cookieLow[row] !== key.cookieLow || c.cookieHigh[row] !== key.cookieHigh) return false;
  if (c.remotePort[row] !== key.remotePort || c.scope[row] !== key.scope) return false;
  for (let i = 0; i < 16; i++) if (c.remoteAddress[row * 16 + i] !== key.remote[key.at + i]) return false;
  return true;
}

function hashOf({ cookieLow, cookieHigh, remotePort, scope, remote, at }: UdpKey): number {
  return finished(mixAddress(mix(mix(mix(mix(SEED, cookieLow), cookieHigh), remotePort), scope), remote, at));
}
