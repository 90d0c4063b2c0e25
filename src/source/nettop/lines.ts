const MAX_LINE_CHARACTERS = 1 << 14;

/** Cuts a stream of bytes into lines. A character may be cut by a chunk's end; bytes that are no UTF-8 become U+FFFD, for
 * nettop cuts names at a byte. */
export class LineCutter {
  readonly #decoder = new TextDecoder("utf-8", { fatal: false });
  #rest = "";
  #overlong = false;
  #dropped = 0;

  /** Lines that were given up because they had no end. */
  get dropped(): number {
    return this.#dropped;
  }
  /** Whether the last line seen is still without its end. */
  get isMidLine(): boolean {
    return this.#rest !== "" || this.#overlong;
  }

  /** The lines that `chunk` completes, without their ends. */
  push(chunk: Uint8Array): string[] {
    const lines = (this.#rest + this.#decoder.decode(chunk, { stream: true })).split("\n");
    this.#rest = lines.pop()!;
    if (this.#overlong && lines.length > 0) {
      lines.shift();
      this.#overlong = false;
    }
    if (this.#rest.length > MAX_LINE_CHARACTERS) {
      if (!this.#overlong) this.#dropped++;
      this.#overlong = true;
      this.#rest = "";
    }
    return lines;
  }
}
