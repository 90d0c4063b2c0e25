type Numbers = Int32Array | Uint8Array | Float64Array;

/** Up to this many numbers are kept, whatever is asked for. */
const LEAST = 1 << 14;

/** Memory for going through a sample's rows, which is used again for the next sample: new lists of thousands of rows, one a sample, would have the whole
 * heap collected each time. What is asked for a fourth of it, or less, gives the rest back. */
export class Scratch<T extends Numbers> {
  #numbers: T;

  constructor(readonly make: (length: number) => T) {
    this.#numbers = make(0);
  }

  /** At least so many numbers, which may have any value. Good until the next call. */
  take(length: number): T {
    const room = this.#numbers.length;
    if (room < length || room > LEAST && room > length * 4) this.#numbers = this.make(Math.ceil(length * 1.25));
    return this.#numbers;
  }
}
