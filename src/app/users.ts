import { after } from "./clock.ts";

type Name = string | null;

/** So long a sample waits for login names that nobody has asked for before. */
export const NAMES_WITHIN_MS = 50;

/** Login names, asked for once a uid. A user database may take long to answer, or for ever (LDAP): a sample waits for it a moment at most. */
export class Users {
  readonly #asked = new Set<number>();
  #found: [uid: number, name: string][] = [];

  /** `nameOf` gives the login name, or null for a uid that has none. */
  constructor(readonly nameOf: (uid: number) => Name | Promise<Name>) {}

  /** Asks for those of `uids` that were not asked for before. Resolves when all of these have been answered, or after `patienceMs`. */
  async ask(uids: Uint32Array, length: number, patienceMs: number): Promise<void> {
    const asked = this.#askAll(uids, length);
    if (asked.length === 0) return;
    await new Promise<void>((resolve) => {
      const cancel = after(patienceMs, resolve);
      Promise.all(asked).then(() => {
        cancel();
        resolve();
      });
    });
  }

  /** The answers that are still to come. */
  #askAll(uids: Uint32Array, length: number): Promise<void>[] {
    const asked: Promise<void>[] = [];
    for (let row = 0; row < length; row++) {
      const uid = uids[row];
      if (row > 0 && uid === uids[row - 1]) continue;
      if (this.#asked.has(uid)) continue;
      this.#asked.add(uid);
      const name = this.nameOf(uid);
      if (name instanceof Promise) asked.push(name.then((name) => this.#answered(uid, name)));
      else this.#answered(uid, name);
    }
    return asked;
  }

  /** The names that have come since the last call. */
  take(): [uid: number, name: string][] {
    const found = this.#found;
    this.#found = [];
    return found;
  }

  #answered(uid: number, name: Name): void {
    if (name !== null) this.#found.push([uid, name]);
  }
}
