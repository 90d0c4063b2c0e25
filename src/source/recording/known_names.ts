import type { Names } from "./info.ts";

/** Of each kind, the newest that are kept for the next file, which begins with them: processes come without end, and most have ended by then. */
const MOST = 1 << 10;
const MOST_LINES = 1 << 14;
/** So many characters are a chunk, or one name more: they are six times as many bytes at most (\u0000), and of a name there are 64 KiB. */
const A_CHUNK = 1 << 18;
/** What stands around a name in it. */
const AROUND = 64;

const PAIRS = ["users", "processes", "processCgroups", "argumentNames", "containers", "interfaces"] as const;
const LINES = ["cgroups", "hosts"] as const;

/** All names that were told so far, for a file that begins later. */
export class KnownNames {
  readonly #pairs = new Map(PAIRS.map((kind) => [kind, new Map<number | string, string>()]));
  readonly #lines = new Map(LINES.map((kind) => [kind, new Set<string>()]));

  add(names: Names): void {
    for (const kind of PAIRS) {
      const known = this.#pairs.get(kind)!;
      for (const [key, text] of names[kind] ?? []) {
        // Behind the others: the one that was told longest ago goes first.
        known.delete(key);
        known.set(key, text);
        if (known.size > MOST) known.delete(known.keys().next().value!);
      }
    }
    for (const kind of LINES) {
      const known = this.#lines.get(kind)!;
      for (const line of names[kind] ?? []) {
        known.add(line);
        if (known.size > MOST_LINES) known.delete(known.keys().next().value!);
      }
    }
  }

  *all(): Iterable<Names> {
    for (const kind of PAIRS) {
      for (const pairs of chunks(this.#pairs.get(kind)!, ([, text]) => text.length)) yield { [kind]: pairs };
    }
    for (const kind of LINES) {
      for (const lines of chunks(this.#lines.get(kind)!, (line) => line.length)) yield { [kind]: lines };
    }
  }
}

function* chunks<T>(names: Iterable<T>, lengthOf: (name: T) => number): Iterable<T[]> {
  let chunk: T[] = [], characters = 0;
  for (const name of names) {
    chunk.push(name);
    characters += lengthOf(name) + AROUND;
    if (characters < A_CHUNK) continue;
    yield chunk;
    chunk = [];
    characters = 0;
  }
  if (chunk.length > 0) yield chunk;
}
