/** Histograms of times in seconds. */
import type { Distribution, Sum } from "./instrument.ts";

/** As many buckets as an SDK has, and as fine as they may be at the start: the scale falls as what is recorded spreads. */
export const MOST_BUCKETS = 160;
const FINEST_SCALE = 20;

/** Upper bounds: a local network's round trips to those of a satellite, and the handshake that lost its first segments. */
export const BOUNDS: readonly number[] = [
  0.0001,
  0.00025,
  0.0005,
  0.001,
  0.0025,
  0.005,
  0.01,
  0.025,
  0.05,
  0.1,
  0.25,
  0.5,
  1,
  2.5,
  5,
  10,
  30,
];

interface Recorded extends Sum {
  /** `value` is not negative. */
  record(value: number): void;
}

class Moments {
  count = 0;
  sum = 0;
  min = Infinity;
  max = -Infinity;

  add(value: number): void {
    this.count++;
    this.sum += value;
    this.min = Math.min(this.min, value);
    this.max = Math.max(this.max, value);
  }
}

export class ExplicitHistogram implements Recorded {
  readonly #moments = new Moments();
  readonly #counts = new Array<number>(BOUNDS.length + 1).fill(0);

  record(value: number): void {
    const above = BOUNDS.findIndex((bound) => value <= bound);
    this.#counts[above < 0 ? BOUNDS.length : above]++;
    this.#moments.add(value);
  }

  get value(): Distribution {
    return { ...this.#moments, explicit: { bounds: BOUNDS, counts: [...this.#counts] }, exponential: null };
  }
}

/** Bucket i has what is above base^i and at most base^(i+1), where base is 2^(2^-scale). */
export class ExponentialHistogram implements Recorded {
  readonly #moments = new Moments();
  #scale = FINEST_SCALE;
  #buckets = new Map<number, number>();
  #lowest = Infinity;
  #highest = -Infinity;

  record(value: number): void {
    // Nothing shorter than a nanosecond is measured; log2(0) has no bucket.
    const least = Math.max(value, 1e-9);
    let index = bucketOf(least, this.#scale);
    while (Math.max(this.#highest, index) - Math.min(this.#lowest, index) >= MOST_BUCKETS) {
      this.#halve();
      index = bucketOf(least, this.#scale);
    }
    this.#put(index, 1);
    this.#moments.add(value);
  }

  get value(): Distribution {
    const offset = this.#buckets.size === 0 ? 0 : this.#lowest;
    const length = this.#buckets.size === 0 ? 0 : this.#highest - this.#lowest + 1;
    const counts = Array.from({ length }, (_, i) => this.#buckets.get(offset + i) ?? 0);
    return { ...this.#moments, explicit: null, exponential: { scale: this.#scale, offset, counts } };
  }

  #put(index: number, count: number): void {
    this.#buckets.set(index, (this.#buckets.get(index) ?? 0) + count);
    this.#lowest = Math.min(this.#lowest, index);
    this.#highest = Math.max(this.#highest, index);
  }

  /** Two buckets become one. */
  #halve(): void {
    const before = this.#buckets;
    this.#buckets = new Map();
    this.#scale--;
    this.#lowest = Infinity;
    this.#highest = -Infinity;
    for (const [index, count] of before) this.#put(Math.floor(index / 2), count);
  }
}

function bucketOf(value: number, scale: number): number {
  return Math.ceil(Math.log2(value) * 2 ** scale) - 1;
}
