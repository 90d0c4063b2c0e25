/** A buffer that is larger than this gives memory back. */
const SMALL_BYTES = 1 << 18;
const PATIENCE = 16;

/** When a buffer that is filled again and again is too large: where three quarters of it were not used so many times running. The first snapshot of a
 * recording describes all flows in full, those behind it take a third. Given back and wanted again each second, it costs a page fault a page. */
export class Slack {
  #times = 0;

  /** So many bytes of it were used this time. */
  isTooLarge(bytes: number, used: number): boolean {
    if (bytes <= Math.max(SMALL_BYTES, 4 * used)) this.#times = 0;
    else if (++this.#times === PATIENCE) {
      this.#times = 0;
      return true;
    }
    return false;
  }
}

/** What is smaller can as well wait for the collector. */
const LEAST_BYTES = 1 << 14;

/** Gives memory back at once, which else waits for the collector. Nothing may look at any of it any more. */
export function released({ buffer }: Uint8Array | Uint32Array): void {
  if (buffer.byteLength >= LEAST_BYTES) (buffer as ArrayBuffer).transfer(0);
}

/** With room for so many words, of which the first ones are those that are `used`. `words` are no more. */
export function wordsWithRoom(words: Uint32Array, used: number, room: number): Uint32Array<ArrayBuffer> {
  const wider = new Uint32Array(room);
  wider.set(words.subarray(0, used));
  released(words);
  return wider;
}

/** Bytes that become more. */
export class ByteList {
  bytes: Uint8Array<ArrayBuffer>;
  length = 0;
  readonly #slack = new Slack();

  /** `room`: so many bytes will be in it, about. */
  constructor(room = 1 << 12) {
    this.bytes = new Uint8Array(room);
  }

  clear(): void {
    if (this.#slack.isTooLarge(this.bytes.length, this.length)) {
      released(this.bytes);
      this.bytes = new Uint8Array(Math.max(SMALL_BYTES, 2 * this.length));
    }
    this.length = 0;
  }

  /** Makes room for so many, whose values are any, and returns where they begin in `bytes`. */
  room(count: number): number {
    const at = this.length;
    this.length += count;
    if (this.length > this.bytes.length) {
      const wider = new Uint8Array(Math.max(this.length, 2 * this.bytes.length));
      wider.set(this.bytes.subarray(0, at));
      released(this.bytes);
      this.bytes = wider;
    }
    return at;
  }

  append(bytes: Uint8Array): void {
    const at = this.room(bytes.length);
    this.bytes.set(bytes, at);
  }

  /** A whole number below 2^53: seven bits a byte, the lowest first, the top bit set in all but the last. */
  varint(value: number): void {
    for (;; value = Math.floor(value / 128)) {
      const at = this.room(1);
      this.bytes[at] = value < 128 ? value : value % 128 | 128;
      if (value < 128) return;
    }
  }

  /** Valid until something is added. */
  used(): Uint8Array<ArrayBuffer> {
    return this.bytes.subarray(0, this.length);
  }
}

/** Reads what a ByteList has. Throws a RangeError beyond its end. */
export class ByteReader {
  at = 0;

  constructor(readonly bytes: Uint8Array) {}

  get more(): boolean {
    return this.at < this.bytes.length;
  }

  varint(): number {
    for (let value = 0, scale = 1;; scale *= 128) {
      if (this.at >= this.bytes.length) throw new RangeError("the bytes end within a number");
      const byte = this.bytes[this.at++];
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  }

  take(count: number): Uint8Array {
    if (this.at + count > this.bytes.length) throw new RangeError("the bytes end too soon");
    return this.bytes.subarray(this.at, this.at += count);
  }
}
