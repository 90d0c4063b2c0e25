/**
 * Records of bpf/record.h in little room, without loss. What one snapshot says is mostly what the one before said, in the same order: such
 * records become a count. Of the others, the difference to the one before of the same socket, or of the same tag, is taken byte by byte; bytes
 * that stand at the same place are put side by side, and zstd does the rest: 14,000 sockets and 2,000 connections a second take about 40 KB a second.
 */
import { ByteList, released, Slack, wordsWithRoom } from "./byte_list.ts";
import { subtractBytes } from "./four_bytes.ts";
import { COOKIE, GROWTH, planeKey, Repeated, Step, STEP_BITS } from "./repeated.ts";
import { squeezed } from "./zstd.ts";

/** So far on the socket of a record is looked for among those of the snapshot before: some have ended in between. */
const LOOK_AHEAD = 64;

const SMALL_WORDS = 1 << 16;
/** Bytes of a number of the list of steps. */
const MOST_NUMBER = 8;
/** So many records are put aside at a time: they stay in the processor's cache. */
const BLOCK = 256;

/** Where bytes of the same place in records of one tag and size are collected. */
class Plane {
  words = new Uint32Array(1 << 10);
  /** Of `words`, how many are used. */
  length = 0;
  /** The record before. */
  readonly before: Uint32Array;
  /** The bits that any record has, word by word: what has none is not looked at again. */
  readonly bits: Uint32Array;
  readonly #slack = new Slack();

  constructor(readonly size: number) {
    this.before = new Uint32Array(size >> 2);
    this.bits = new Uint32Array(size >> 2);
  }

  clear(): void {
    if (this.#slack.isTooLarge(this.words.byteLength, this.length * 4)) {
      this.words = wordsWithRoom(this.words, 0, Math.max(SMALL_WORDS, 2 * this.length));
    }
    this.length = 0;
    this.before.fill(0);
    this.bits.fill(0);
  }

  /** Where the next record goes. */
  room(): number {
    const at = this.length;
    this.length += this.before.length;
    if (this.length > this.words.length) {
      this.words = wordsWithRoom(this.words, at, Math.ceil(GROWTH * this.length));
    }
    return at;
  }
}

/** Squeezes stretches of records; each is read by a Spread that has read those before it, from the last reset() on. */
export class Squeeze {
  #before = new Repeated();
  #now = new Repeated();
  readonly #steps = new ByteList();
  #step: number = Step.same;
  #count = 0;
  #suffix = 0;
  readonly #planes = new Map<number, Plane>();

  /** Of the stretch before, the record that is expected next. */
  #next = 0;

  /** The stretch that has begun can be read by itself. Nothing may have been added to it. */
  reset(): void {
    this.#before.clear();
  }

  /** The stretch goes on with these whole records. */
  take(records: Uint8Array): void {
    const { buffer, byteOffset } = records.byteOffset % 4 === 0 ? records : records.slice();
    const words = new Uint32Array(buffer, byteOffset, records.length >> 2);
    for (let at = 0; at < words.length;) {
      const tag = words[at] & 0xffff, length = words[at] >>> 18;
      if (length === 0 || at + length > words.length) throw new Error("these are no whole records");
      this.#next = this.#record(words, at, length, tag, this.#next);
      at += length;
    }
  }

  /** Ends the stretch. */
  finish(): Uint8Array<ArrayBuffer> {
    this.#flush();
    [this.#before, this.#now] = [this.#now, this.#before];
    this.#now.clear();
    const packed = this.#packed();
    for (const plane of this.#planes.values()) plane.clear();
    this.#steps.clear();
    this.#next = 0;
    return packed;
  }

  /** A stretch of these alone. */
  squeeze(records: Uint8Array): Uint8Array<ArrayBuffer> {
    this.take(records);
    return this.finish();
  }

  #record(words: Uint32Array, at: number, length: number, tag: number, next: number): number {
    const cookie = COOKIE[tag];
    if (cookie === undefined) this.#fresh(words, at, length, tag);
    else {
      const found = this.#find(words, at, cookie >> 2, next), before = this.#before;
      if (found < 0) this.#fresh(words, at, length, tag);
      else {
        if (found > next) this.#add(Step.gone, found - next);
        const start = before.starts[found];
        let i = 0;
        while (i < length && words[at + i] === before.words[start + i]) i++;
        if (i === length) this.#add(Step.same, 1);
        else {
          this.#add(Step.changed, 1);
          this.#difference(this.#plane(tag, length << 2), words, at, before.words, start, length);
        }
        next = found + 1;
      }
      this.#now.add(words, at, length);
    }
    return next;
  }

  /** The place of the same socket's record of the same kind in the snapshot before, from `next` on; -1: it is not near. */
  #find(words: Uint32Array, at: number, cookie: number, next: number): number {
    const { starts, words: old } = this.#before, end = Math.min(starts.length, next + LOOK_AHEAD);
    for (let place = next; place < end; place++) {
      const start = starts[place];
      if (
        old[start + cookie] === words[at + cookie] && old[start + cookie + 1] === words[at + cookie + 1] &&
        old[start] === words[at]
      ) return place;
    }
    return -1;
  }

  #fresh(words: Uint32Array, at: number, length: number, tag: number): void {
    this.#add(Step.fresh, 1, planeKey(tag, length << 2));
    const plane = this.#plane(tag, length << 2), to = plane.room(), { before, bits, words: out } = plane;
    for (let i = 0; i < length; i++) {
      const word = words[at + i], old = before[i];
      if (word === old) out[to + i] = 0;
      else {
        bits[i] |= out[to + i] = subtractBytes(word, old);
        before[i] = word;
      }
    }
  }

  #difference(plane: Plane, a: Uint32Array, at: number, b: Uint32Array, start: number, length: number): void {
    const to = plane.room(), { bits, words: out } = plane;
    for (let i = 0; i < length; i++) bits[i] |= out[to + i] = a[at + i] ^ b[start + i];
  }

  #plane(tag: number, size: number): Plane {
    const key = planeKey(tag, size);
    let plane = this.#planes.get(key);
    if (plane === undefined) this.#planes.set(key, plane = new Plane(size));
    return plane;
  }

  #add(step: number, count: number, suffix = 0): void {
    if (this.#step === step && this.#suffix === suffix) this.#count += count;
    else {
      this.#flush();
      this.#step = step;
      this.#count = count;
      this.#suffix = suffix;
    }
  }

  #flush(): void {
    if (this.#count === 0) return;
    this.#steps.varint(this.#count * (1 << STEP_BITS) + this.#step);
    if (this.#step === Step.fresh) this.#steps.varint(this.#suffix);
    this.#count = 0;
  }

  /** Length of the steps, the steps, then of each plane its key, how many bytes it has, and these. */
  #packed(): Uint8Array<ArrayBuffer> {
    const planes = [...this.#planes.values()].reduce((sum, { length }) => sum + length * 4, 0);
    // Megabytes, for a moment a second: they go back at once.
    const all = new ByteList(planes + this.#steps.length + MOST_NUMBER * (1 + 2 * this.#planes.size));
    all.varint(this.#steps.length);
    all.append(this.#steps.used());
    for (const [key, plane] of this.#planes) {
      if (plane.length === 0) continue;
      all.varint(key);
      all.varint(plane.length * 4);
      aside(plane, all);
    }
    const packed = squeezed(all.used());
    released(all.bytes);
    return packed;
  }
}

/** Byte after byte of all records, instead of record after record. */
function aside({ words, length, bits }: Plane, to: ByteList): void {
  const width = bits.length, count = length / width, at = to.room(length * 4), { bytes } = to;
  for (let first = 0; first < count; first += BLOCK) {
    const end = Math.min(count, first + BLOCK);
    for (let place = 0; place < width; place++) {
      if (bits[place] === 0) continue;
      let next = at + place * 4 * count + first;
      for (let from = first * width + place; from < end * width; from += width, next++) {
        const word = words[from];
        if (word === 0) continue;
        bytes[next] = word;
        bytes[next + count] = word >>> 8;
        bytes[next + 2 * count] = word >>> 16;
        bytes[next + 3 * count] = word >>> 24;
      }
    }
  }
}
