import { addBytes } from "./four_bytes.ts";
import { ByteReader, released, Slack, wordsWithRoom } from "./byte_list.ts";
import { COOKIE, GROWTH, planeKey, Repeated, Step, STEP_BITS } from "./repeated.ts";
import { unsqueezed } from "./zstd.ts";

/** Of a record: its tag and its size. */
const LEAST_SIZE = 4;
/** Kinds of records whose memory is kept for the next stretch; there are a dozen. */
const KEPT_PLANES = 64;
/** Kinds of records in a stretch: a dozen, and each size that an answer of a name server may have, 160. Each takes up to 68 KiB, however few bytes name it. */
const MOST_PLANES = 512;
/** Bytes of a stretch that is spread. A writer ends one after 4 MiB (memory.ts) and what one call of the source then brings, 1 MiB on Linux. Without a
 * limit each stretch could be all of the one before and as much again, for a few bytes of a file. */
const MOST_BYTES = 64 << 20;
const SMALL_WORDS = 1 << 16;
/** So many records are put together at a time: they stay in the processor's cache. */
const BLOCK = 256;

/** The records of one tag and size, or what is different in them. */
class Plane {
  words = new Uint32Array(1 << 10);
  /** Of `words`, how many are used, and how many of these have been read. */
  length = 0;
  at = 0;
  readonly before: Uint32Array;
  readonly #slack = new Slack();

  constructor(size: number) {
    this.before = new Uint32Array(size >> 2);
  }

  clear(): void {
    this.length = this.at = 0;
    this.before.fill(0);
  }

  /** `aside`: byte after byte of all records. */
  take(aside: Uint8Array): void {
    const { length: width } = this.before, count = aside.length / (width * 4);
    if (!Number.isInteger(count)) throw new RangeError("a record is not whole");
    this.length = count * width;
    if (this.words.length < this.length || this.#slack.isTooLarge(this.words.byteLength, this.length * 4)) {
      this.words = wordsWithRoom(this.words, 0, this.length);
    }
    const { words } = this;
    for (let first = 0; first < count; first += BLOCK) {
      const end = Math.min(count, first + BLOCK);
      for (let place = 0; place < width; place++) {
        let next = place * 4 * count + first;
        for (let to = first * width + place; to < end * width; to += width, next++) {
          words[to] = aside[next] | aside[next + count] << 8 | aside[next + 2 * count] << 16 |
            aside[next + 3 * count] << 24;
        }
      }
    }
  }

  /** Where the next one is. */
  next(): number {
    const at = this.at;
    if (at >= this.length) throw new RangeError("a record is not there");
    this.at += this.before.length;
    return at;
  }
}

/** Spreads what a Squeeze has made. Throws a RangeError for anything else. */
export class Spread {
  #before = new Repeated();
  #now = new Repeated();
  #words = new Uint32Array(1 << 10);
  #length = 0;
  readonly #slack = new Slack();
  readonly #planes = new Map<number, Plane>();

  /** The next stretch is the first behind a Squeeze.reset(). */
  reset(): void {
    this.#before.clear();
  }

  /** Nobody looks at what the last call returned any more, and there may be no other for long: all memory goes back but what the next stretch may repeat. */
  rest(): void {
    this.#words = wordsWithRoom(this.#words, 0, 1 << 10);
    for (const { words } of this.#planes.values()) released(words);
    this.#planes.clear();
    released(this.#now.words);
    this.#now = new Repeated();
  }

  /** Valid until the next call. */
  spread(packed: Uint8Array): Uint8Array {
    const all = unsqueezed(packed, MOST_BYTES);
    const from = new ByteReader(all), steps = new ByteReader(from.take(from.varint()));
    this.#takePlanes(from);
    this.#clear();
    let next = 0;
    while (steps.more) {
      const number = steps.varint(), step = number % (1 << STEP_BITS), count = Math.floor(number / (1 << STEP_BITS));
      const key = step === Step.fresh ? steps.varint() : 0;
      if (step !== Step.fresh && next + count > this.#before.starts.length) throw new RangeError("nothing was before");
      if (step === Step.gone) next += count;
      else if (step === Step.fresh) {
        const plane = this.#plane(key);
        for (let i = 0; i < count; i++) this.#fresh(plane);
      } else for (let i = 0; i < count; i++) this.#again(next++, step === Step.changed);
    }
    [this.#before, this.#now] = [this.#now, this.#before];
    this.#now.clear();
    released(all);
    return new Uint8Array(this.#words.buffer, 0, this.#length * 4);
  }

  #takePlanes(from: ByteReader): void {
    if (this.#planes.size > KEPT_PLANES) this.#planes.clear();
    for (const plane of this.#planes.values()) plane.clear();
    while (from.more) {
      const key = from.varint(), size = key & 0xffff;
      if (size < LEAST_SIZE || size % 4 !== 0) throw new RangeError("a record has no such size");
      let plane = this.#planes.get(key);
      if (plane === undefined) {
        if (this.#planes.size >= MOST_PLANES) throw new RangeError("there are too many kinds of records");
        this.#planes.set(key, plane = new Plane(size));
      }
      plane.clear();
      plane.take(from.take(from.varint()));
    }
  }

  #plane(key: number): Plane {
    const plane = this.#planes.get(key);
    if (plane === undefined) throw new RangeError("a record is not there");
    return plane;
  }

  #clear(): void {
    if (this.#slack.isTooLarge(this.#words.byteLength, this.#length * 4)) {
      this.#words = wordsWithRoom(this.#words, 0, Math.max(SMALL_WORDS, 2 * this.#length));
    }
    this.#length = 0;
  }

  /** Room for so many words more, whose values are any: where they begin. */
  #room(count: number): number {
    const at = this.#length;
    this.#length += count;
    if (this.#length * 4 > MOST_BYTES) throw new RangeError("a stretch is too long");
    if (this.#length > this.#words.length) {
      this.#words = wordsWithRoom(this.#words, at, Math.ceil(GROWTH * this.#length));
    }
    return at;
  }

  #fresh(plane: Plane): void {
    const { before, words } = plane, { length } = before, from = plane.next(), to = this.#room(length);
    const out = this.#words;
    for (let i = 0; i < length; i++) before[i] = out[to + i] = addBytes(words[from + i], before[i]);
    this.#keep(to, length);
  }

  #again(place: number, isChanged: boolean): void {
    const { words, starts } = this.#before, start = starts[place], length = words[start] >>> 18;
    const plane = isChanged ? this.#plane(planeKey(words[start] & 0xffff, length << 2)) : null;
    const from = plane?.next() ?? 0, to = this.#room(length), out = this.#words;
    if (plane === null) { for (let i = 0; i < length; i++) out[to + i] = words[start + i]; }
    else for (let i = 0; i < length; i++) out[to + i] = words[start + i] ^ plane.words[from + i];
    this.#keep(to, length);
  }

  #keep(at: number, length: number): void {
    const first = this.#words[at];
    if (first >>> 18 !== length) throw new RangeError("a record has another size");
    if (COOKIE[first & 0xffff] !== undefined) this.#now.add(this.#words, at, length);
  }
}
