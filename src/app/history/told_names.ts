import type { Names } from "../../source/recording/info.ts";

/** Of each kind; the ones told first go first. */
const MOST = 8192;

/** Names that outlive the samples that they were told with: a process that goes on is told once. */
export class ToldNames {
  readonly #kinds = new Map<keyof Names, Map<unknown, unknown>>();

  add(all: readonly Names[]): void {
    for (const names of all) {
      for (const [kind, list] of Object.entries(names) as [keyof Names, readonly unknown[]][]) {
        for (const one of list) this.#put(kind, Array.isArray(one) ? one[0] : one, one);
      }
    }
  }

  list(): Names[] {
    return [...this.#kinds].map(([kind, kept]) => ({ [kind]: [...kept.values()] }) as Names);
  }

  #put(kind: keyof Names, key: unknown, value: unknown): void {
    let kept = this.#kinds.get(kind);
    if (kept === undefined) this.#kinds.set(kind, kept = new Map());
    kept.delete(key);
    kept.set(key, value);
    if (kept.size > MOST) kept.delete(kept.keys().next().value);
  }
}
