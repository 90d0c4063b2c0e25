/** Rows of one sample that are the same in everything that decides which sum they belong to. */
import type { FlowArrays } from "../flow/columns.ts";

/** Numbers in tables of the sample among them, which mean the same for all of its rows. */
const NUMBERS = [
  ...["how", "wholeName", "exe", "cgroup", "uid", "netns", "unknown", "scope", "answer"] as const,
  ...["protocol", "family", "direction", "loopback", "inside", "pathKnown", "pathLacks", "host"] as const,
];
const WORDS_A_ROW = 4;
const BYTES = ["comm", "localAddress", "remoteAddress"] as const;

type Numbers = Uint8Array | Uint16Array | Uint32Array;

/** What was found for rows of one sample, to be found again for those that are alike. `more`: a number that has to be the same too. */
export class AlikeRows {
  readonly #numbers: readonly Numbers[];
  readonly #words: readonly Uint32Array[];
  /** By hash: the first row that has it, and what was found for it. */
  readonly #known = new Map<number, { readonly row: number; readonly more: number; readonly found: number }>();

  /** In these columns. */
  constructor(
    flows: FlowArrays,
    numbers: readonly typeof NUMBERS[number][] = NUMBERS,
    bytes: readonly typeof BYTES[number][] = BYTES,
  ) {
    this.#numbers = numbers.map((name) => flows[name]);
    this.#words = bytes.map((name) => {
      const { buffer, byteOffset, byteLength } = flows[name];
      return new Uint32Array(buffer, byteOffset, byteLength >> 2);
    });
  }

  /** find() or what it has returned for a row that is alike. */
  of<T>(row: number, more: number, find: (of: T, row: number) => number, of: T): number {
    const hash = this.#hash(row, more), known = this.#known.get(hash);
    if (known !== undefined && known.more === more && this.#isAlike(known.row, row)) return known.found;
    const found = find(of, row);
    if (known === undefined) this.#known.set(hash, { row, more, found });
    return found;
  }

  #hash(row: number, more: number): number {
    let hash = more;
    for (const column of this.#numbers) hash = Math.imul(hash ^ column[row], 0x01000193);
    for (const column of this.#words) {
      for (let at = row * WORDS_A_ROW; at < (row + 1) * WORDS_A_ROW; at++) {
        hash = Math.imul(hash ^ column[at], 0x85ebca6b);
        hash ^= hash >>> 13;
      }
    }
    return hash;
  }

  #isAlike(a: number, b: number): boolean {
    for (const column of this.#numbers) if (column[a] !== column[b]) return false;
    for (const column of this.#words) {
      for (let word = 0; word < WORDS_A_ROW; word++) {
        if (column[a * WORDS_A_ROW + word] !== column[b * WORDS_A_ROW + word]) return false;
      }
    }
    return true;
  }
}
