import type { Names } from "./info.ts";

/** Of each kind, the newest that are kept for the next file, which begins with them: processes come without end, and most have ended by then. */
const MOST = 1 << 10;
const MOST_CGROUPS = 1 << 14;
/** A chunk holds this many names: the longest are some hundred bytes. */
const A_CHUNK = 1 << 12;

const PAIRS = ["users", "processes", "processCgroups", "argumentNames", "interfaces"] as const;

/** All names that were told so far, for a file that begins later. */
export class KnownNames {
  readonly #pairs = new Map(PAIRS.map((kind) => [kind, new Map<number | string, string>()]));
  readonly #cgroups = new Set<string>();

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
    for (const line of names.cgroups ?? []) {
      this.#cgroups.add(line);
      if (this.#cgroups.size > MOST_CGROUPS) this.#cgroups.delete(this.#cgroups.keys().next().value!);
    }
  }

  *all(): Iterable<Names> {
    for (const kind of PAIRS) {
      const pairs = [...this.#pairs.get(kind)!];
      for (let at = 0; at < pairs.length; at += A_CHUNK) yield { [kind]: pairs.slice(at, at + A_CHUNK) };
    }
    const lines = [...this.#cgroups];
    for (let at = 0; at < lines.length; at += A_CHUNK) yield { cgroups: lines.slice(at, at + A_CHUNK) };
  }
}
