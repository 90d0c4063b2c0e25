/** Login names, asked for once a uid. */
export class Users {
  readonly #asked = new Set<number>();

  /** `nameOf` gives the login name, or null for a uid that has none. */
  constructor(readonly nameOf: (uid: number) => string | null) {}

  /** Names of those uids in `uids` that were not asked about before. */
  discover(uids: Uint32Array, length: number): [uid: number, name: string][] {
    const found: [number, string][] = [];
    for (let row = 0; row < length; row++) {
      const uid = uids[row];
      if (this.#asked.has(uid)) continue;
      this.#asked.add(uid);
      const name = this.nameOf(uid);
      if (name !== null) found.push([uid, name]);
    }
    return found;
  }
}
