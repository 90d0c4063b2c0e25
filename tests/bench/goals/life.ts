/** How much loads like those of real machines are slowed by the live screen, in pairs of turns with and without. */
import { digits } from "../markdown.ts";
import { type PairedRatio, pairedRatio, tellsPercent } from "../statistics.ts";
import { inPairs } from "./datagrams.ts";
import { precisionText, WANTED_PERCENT } from "./interval.ts";
import { type Found, progress, type Scale } from "./part.ts";
import { LOADS } from "./servers.ts";

interface Slowed {
  readonly name: string;
  readonly unit: string;
  readonly perSecond: number;
  readonly found: PairedRatio;
}

/** Negative: it was faster. */
const slower = (ratio: number) => (1 - ratio) * 100;

function slowdownText({ ratio, low, high }: PairedRatio): string {
  return `${digits(slower(ratio))} % (${digits(slower(high))} to ${digits(slower(low))} %)`;
}

export async function life({ pairs, loadSeconds }: Scale): Promise<Found> {
  const all: Slowed[] = [], notes: string[] = [];
  for (const start of LOADS) {
    try {
      await using load = await start();
      progress(`${load.name}, in pairs`);
      const found = await inPairs(pairs, () => load.run(loadSeconds));
      const perSecond = found.reduce((sum, [without]) => sum + without, 0) / found.length;
      all.push({ name: load.name, unit: load.unit, perSecond, found: pairedRatio(found) });
    } catch (error) {
      notes.push(`${start.name} did not run: ${(error as Error).message}`);
    }
  }
  const worst = Math.max(...all.map(({ found }) => tellsPercent(found)));
  notes.push(
    `Slower by how much, with the interval that holds it with 95 % confidence: Student's t over the logarithms of ${pairs} pairs of ` +
      `turns of ${loadSeconds} s, with and without in turn, each first in every second pair.`,
    worst <= WANTED_PERCENT
      ? `This machine tells ${WANTED_PERCENT} % of each.`
      : `This machine does not tell ${WANTED_PERCENT} % of each: see the last column.`,
  );
  return {
    goals: [],
    table: {
      titles: ["Load", "Alone", "Slower with tcptop's screen", "Precision"],
      rows: all.map(({ name, unit, perSecond, found }) => [
        name,
        `${digits(perSecond)} ${unit}/s`,
        slowdownText(found),
        precisionText(found),
      ]),
    },
    charts: {
      "bench-slowdown": {
        title: "Slower with tcptop's screen, %, and the 95 % interval",
        unit: "%",
        bars: all.map(({ name, found }) => ({
          label: name.split(",")[0],
          value: slower(found.ratio),
          low: slower(found.high),
          high: slower(found.low),
        })),
      },
    },
    notes,
  };
}
