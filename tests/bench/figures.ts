/** What a measurement comes to. */
import { loadAverage } from "./threads.ts";

export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** Not more than this is wanted; null: nothing is. */
  readonly goal: number | null;
  /** Of the machine when it was taken: above its own share, others were at work and a time means little. */
  readonly load: number;
}

export function figure(name: string, value: number, unit: string, goal: number | null = null): Figure {
  return { name, value, unit, goal, load: loadAverage() };
}

/** The smallest value that is not below a share of them (nearest rank). */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}

export const TITLES = `${"".padEnd(58)}${"FIGURE".padStart(12)}${"".padEnd(7)}${"GOAL".padStart(8)}${
  "LOAD".padStart(8)
}`;

const numberText = (value: number) => String(Math.round(value * 100) / 100);

export function line({ name, value, unit, goal, load }: Figure): string {
  const wanted = goal === null ? "" : goal === 0 ? "0" : `< ${goal}`;
  return `${name.padEnd(58)}${numberText(value).padStart(12)} ${unit.padEnd(6)}${wanted.padStart(8)}${
    load.toFixed(2).padStart(8)
  }`;
}
