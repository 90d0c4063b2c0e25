/** What paired measurements come to. Pure. */

/** Of a load with something against the same load without it: a ratio, and where it lies with 95 % confidence. */
export interface PairedRatio {
  readonly ratio: number;
  readonly low: number;
  readonly high: number;
  readonly pairs: number;
}

/** Two-sided 95 % quantiles of Student's t, for 1 to 30 degrees of freedom; beyond, the normal one is within 2 %. */
const T = [
  ...[12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131],
  ...[2.12, 2.11, 2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042],
];

export const tQuantile = (degrees: number) => T[degrees - 1] ?? 1.96;

export function mean(values: readonly number[]): number {
  return values.reduce((sum, one) => sum + one, 0) / values.length;
}

/** Geometric mean of with/without, and the interval of Student's t over the logarithms of the pairs: what drifts from pair to pair
 * falls out, and a ratio of 1/2 is as far from 1 as one of 2. Throws with less than two pairs: there is no spread then. */
export function pairedRatio(pairs: readonly (readonly [without: number, with_: number])[]): PairedRatio {
  if (pairs.length < 2) throw new RangeError(`${pairs.length} pairs have no spread`);
  const logs = pairs.map(([without, with_]) => Math.log(with_ / without)), middle = mean(logs);
  const variance = logs.reduce((sum, one) => sum + (one - middle) ** 2, 0) / (logs.length - 1);
  const half = tQuantile(logs.length - 1) * Math.sqrt(variance / logs.length);
  return {
    ratio: Math.exp(middle),
    low: Math.exp(middle - half),
    high: Math.exp(middle + half),
    pairs: pairs.length,
  };
}

/** The smallest difference from 1, in percent, that such a measurement tells from none. */
export const tellsPercent = ({ low, high }: PairedRatio) => (Math.sqrt(high / low) - 1) * 100;

/** Whether the figure is at most so much: null where the interval holds both what is and what is not. */
export function atMost({ low, high }: PairedRatio, most: number): boolean | null {
  return high <= most ? true : low > most ? false : null;
}

/** The order of the turns of each round, `kinds` in number: each kind is first, second and so on as often as another, so that all have a share of what drifts. */
export function turns(rounds: number, kinds: number): number[][] {
  return Array.from({ length: rounds }, (_, round) => Array.from({ length: kinds }, (_, i) => (round + i) % kinds));
}
