/** Rows of one sample that are the same in everything that decides which sum they belong to. */
import type { FlowArrays } from "../flow/columns.ts";

/** Numbers in tables of the sample among them, which mean the same for all of its rows. */
const NUMBERS = [
  ...["direction", "how", "wholeName", "exe", "cgroup", "uid", "netns", "unknown", "scope", "answer"] as const,
  ...["protocol", "family", "loopback", "inside", "pathKnown", "pathLacks", "host"] as const,
];
const WORDS_A_ROW = 4;
const BYTES = ["comm", "localAddress", "remoteAddress"] as const;

interface Known {
  readonly row: number;
  readonly more: number;
  readonly found: number;
  /** Another with the same hash. */
  readonly next: Known | undefined;
}

/** What was found for rows of one sample, to be found again for those that are alike. `more`: a number that has to be the same too. */
export class AlikeRows {
  // Apart by type: reading a column whose type differs from that before takes V8 several times as long.
  readonly #bytes: Uint8Array[] = [];
  readonly #halves: Uint16Array[] = [];
  readonly #words: Uint32Array[] = [];
  /** Four words a row. */
  readonly #texts: readonly Uint32Array[];
  /** By hash. */
  readonly #known = new Map<number, Known>();
  /** Of the last two rows that differ: the two ends of one connection after the other are those, again and again. */
  #last: Known | null = null;
  #before: Known | null = null;

  /** In these columns. */
  constructor(
    flows: FlowArrays,
    numbers: readonly typeof NUMBERS[number][] = NUMBERS,
    bytes: readonly typeof BYTES[number][] = BYTES,
  ) {
    for (const name of numbers) {
      const column = flows[name];
      if (column instanceof Uint8Array) this.#bytes.push(column);
      else if (column instanceof Uint16Array) this.#halves.push(column);
      else this.#words.push(column);
    }
    this.#texts = bytes.map((name) => {
      const { buffer, byteOffset, byteLength } = flows[name];
      return new Uint32Array(buffer, byteOffset, byteLength >> 2);
    });
  }

  /** find() or what it has returned for a row that is alike. */
  of<T>(row: number, more: number, find: (of: T, row: number) => number, of: T): number {
    const before = this.#before;
    if (before !== null && before.more === more && this.#isAlike(before.row, row)) {
      this.#before = this.#last;
      this.#last = before;
      return before.found;
    }
    const last = this.#last;
    if (last !== null && last.more === more && this.#isAlike(last.row, row)) return last.found;
    const known = this.#knownOf(row, more) ?? this.#note(row, more, find(of, row));
    this.#before = last;
    this.#last = known;
    return known.found;
  }

  /** One that has no rows, for the class to have one: docs/decisions/0054. */
  static readonly none = new AlikeRows({} as FlowArrays, [], []);

  #knownOf(row: number, more: number): Known | undefined {
    let known = this.#known.get(this.#hash(row, more));
    while (known !== undefined && (known.more !== more || !this.#isAlike(known.row, row))) known = known.next;
    return known;
  }

  #note(row: number, more: number, found: number): Known {
    const hash = this.#hash(row, more), known = { row, more, found, next: this.#known.get(hash) };
    this.#known.set(hash, known);
    return known;
  }

  /** Of what tells most rows apart. */
  #hash(row: number, more: number): number {
    let hash = more;
    const words = this.#words, texts = this.#texts;
    for (let i = 0; i < words.length; i++) hash = Math.imul(hash ^ words[i][row], 0x01000193);
    for (let i = 0; i < texts.length; i++) {
      const column = texts[i];
      for (let at = row * WORDS_A_ROW; at < (row + 1) * WORDS_A_ROW; at++) {
        hash = Math.imul(hash ^ column[at], 0x85ebca6b);
        hash ^= hash >>> 13;
      }
    }
    return hash;
  }

  #isAlike(a: number, b: number): boolean {
    const bytes = this.#bytes, halves = this.#halves, words = this.#words, texts = this.#texts;
    for (let i = 0; i < bytes.length; i++) if (bytes[i][a] !== bytes[i][b]) return false;
    for (let i = 0; i < halves.length; i++) if (halves[i][a] !== halves[i][b]) return false;
    for (let i = 0; i < words.length; i++) if (words[i][a] !== words[i][b]) return false;
    for (let i = 0; i < texts.length; i++) {
      const column = texts[i];
      for (let word = 0; word < WORDS_A_ROW; word++) {
        if (column[a * WORDS_A_ROW + word] !== column[b * WORDS_A_ROW + word]) return false;
      }
    }
    return true;
  }
}
