const PATH = "/etc/hosts";
/** More is no hosts file. */
const MOST_BYTES = 16 << 20;

/** The hosts file, read again when it has changed. */
export class HostsFile {
  #known = "";

  constructor(readonly path = PATH) {}

  /** Its text; null: as at the last call, or it cannot be read. */
  text(): string | null {
    try {
      const { mtime, size, ino } = Deno.statSync(this.path), known = `${mtime?.getTime()} ${size} ${ino}`;
      if (known === this.#known || size > MOST_BYTES) return null;
      const text = Deno.readTextFileSync(this.path);
      this.#known = known;
      return text;
    } catch {
      return null;
    }
  }
}
