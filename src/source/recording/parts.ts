/** Squeezed bytes in chunks that are not too long: a byte of flags, then a part of them. */
import { type Chunk, Flag, MAX_PAYLOAD_BYTES } from "./format.ts";

const MOST_BYTES = 64 << 20;

/** Payloads of the chunks that have it. */
export function* partsOf(bytes: Uint8Array, flags: number): Generator<Uint8Array> {
  const most = MAX_PAYLOAD_BYTES - 1;
  for (let at = 0; at === 0 || at < bytes.length; at += most) {
    const part = new Uint8Array(1 + Math.min(most, bytes.length - at));
    part[0] = flags | (at + most < bytes.length ? Flag.more : 0);
    part.set(bytes.subarray(at, at + most), 1);
    yield part;
  }
}

/** Puts parts together again. */
export class Parts {
  #kind = 0;
  #bytes: Uint8Array[] = [];
  #length = 0;

  /** null: there is more to come, or what is there is not to be used. */
  take({ kind, payload }: Chunk): { readonly flags: number; readonly bytes: Uint8Array } | null {
    if (kind !== this.#kind) this.#clear(kind);
    const flags = payload[0] ?? 0;
    this.#bytes.push(payload.slice(1));
    this.#length += payload.length;
    if (this.#length > MOST_BYTES) this.#clear(kind);
    if ((flags & Flag.more) !== 0) return null;
    const bytes = new Uint8Array(this.#bytes.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const part of this.#bytes) {
      bytes.set(part, at);
      at += part.length;
    }
    this.#clear(kind);
    return { flags, bytes };
  }

  #clear(kind: number): void {
    this.#kind = kind;
    this.#bytes = [];
    this.#length = 0;
  }
}
