import { ByteList, ByteReader } from "./byte_list.ts";
import { COOKIE, planeKey, Repeated, Step, STEP_BITS } from "./repeated.ts";
import { unsqueezed } from "./zstd.ts";

/** Of a record: its tag and its size. */
const LEAST_SIZE = 4;

/** Spreads what a Squeeze has made. Throws a RangeError for anything else. */
export class Spread {
  #before = new Repeated();
  #now = new Repeated();
  readonly #records = new ByteList();

  /** The next stretch is the first behind a Squeeze.reset(). */
  reset(): void {
    this.#before.clear();
  }

  /** Valid until the next call. */
  spread(packed: Uint8Array): Uint8Array {
    const from = new ByteReader(unsqueezed(packed)), steps = new ByteReader(from.take(from.varint()));
    const planes = new Map<number, { records: Uint8Array; before: Uint8Array; at: number }>();
    while (from.more) {
      const key = from.varint(), size = key & 0xffff;
      if (size < LEAST_SIZE || size % 4 !== 0) throw new RangeError("a record has no such size");
      const records = together(from.take(from.varint()), size);
      planes.set(key, { records, before: new Uint8Array(size), at: 0 });
    }
    const plane = (key: number) => {
      const found = planes.get(key);
      if (found === undefined || found.at >= found.records.length) throw new RangeError("a record is not there");
      return found;
    };
    this.#records.clear();
    let next = 0;
    while (steps.more) {
      const number = steps.varint(), step = number % (1 << STEP_BITS), count = Math.floor(number / (1 << STEP_BITS));
      const key = step === Step.fresh ? steps.varint() : 0;
      if (step !== Step.fresh && next + count > this.#before.starts.length) throw new RangeError("nothing was before");
      if (step === Step.gone) next += count;
      else {
        for (let i = 0; i < count; i++) {
          if (step === Step.fresh) this.#fresh(plane(key), key & 0xffff);
          else this.#again(next++, step === Step.changed ? plane : null);
        }
      }
    }
    [this.#before, this.#now] = [this.#now, this.#before];
    this.#now.clear();
    return this.#records.used();
  }

  #fresh(plane: { records: Uint8Array; before: Uint8Array; at: number }, size: number): void {
    const to = this.#records.room(size), { bytes } = this.#records, { records, before, at } = plane;
    for (let i = 0; i < size; i++) before[i] = bytes[to + i] = records[at + i] + before[i];
    plane.at += size;
    this.#keep(to, size);
  }

  #again(place: number, plane: ((key: number) => { records: Uint8Array; at: number }) | null): void {
    const { words, starts } = this.#before, start = starts[place], size = words[start] >>> 16;
    const to = this.#records.room(size), { bytes } = this.#records;
    bytes.set(new Uint8Array(words.buffer, start * 4, size), to);
    if (plane !== null) {
      const from = plane(planeKey(words[start] & 0xffff, size));
      for (let i = 0; i < size; i++) bytes[to + i] ^= from.records[from.at + i];
      from.at += size;
    }
    this.#keep(to, size);
  }

  #keep(at: number, size: number): void {
    const words = new Uint32Array(this.#records.bytes.buffer, at, size >> 2);
    if (COOKIE[words[0] & 0xffff] !== undefined) this.#now.add(words, 0, size >> 2);
  }
}

function together(aside: Uint8Array, size: number): Uint8Array {
  const records = new Uint8Array(aside.length);
  let at = 0;
  for (let place = 0; place < size; place++) {
    for (let to = place; to < records.length; to += size) records[to] = aside[at++];
  }
  return records;
}
