/** Ratios with their confidence, in words. Pure. */
import { digits } from "../markdown.ts";
import { type PairedRatio, tellsPercent } from "../statistics.ts";

const three = (value: number) => value.toFixed(3);

export function intervalText({ ratio, low, high }: PairedRatio): string {
  return `${three(ratio)} (${three(low)} to ${three(high)})`;
}

/** What is wanted to be told, in percent. */
export const WANTED_PERCENT = 2;

/** More than anybody would wait for. */
const MOST_PAIRS = 500;

/** Whether it is fine enough; if not, what would be. The interval narrows with the root of the number of pairs. */
export function precisionText(found: PairedRatio): string {
  const told = tellsPercent(found);
  if (told <= WANTED_PERCENT) return `tells ${digits(told)} %`;
  const pairs = Math.ceil(found.pairs * (told / WANTED_PERCENT) ** 2);
  const wanted = pairs > MOST_PAIRS ? `more than ${MOST_PAIRS}` : `some ${pairs}`;
  return `tells only ${digits(told)} %: ${WANTED_PERCENT} % would take ${wanted} pairs`;
}
