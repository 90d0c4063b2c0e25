/** How soon tcptop answers: a command that ends by itself, and a key. */
import type { Figure } from "../figures.ts";
import { keys } from "../keys.ts";
import { digits, type Goal } from "../markdown.ts";
import { start } from "../start.ts";
import { type Found, progress, type Scale } from "./part.ts";

function under(figures: readonly Figure[], ends: RegExp, what: string, most: number): Goal {
  // The executable's stands behind the source's, where there is one.
  const found = figures.findLast(({ name }) => ends.test(name))!;
  return { what, seen: `${digits(found.value)} ms`, goal: `at most ${most} ms`, met: found.value <= most };
}

const table = (figures: readonly Figure[]) => ({
  titles: ["Figure", "Seen", "Load average"],
  rows: figures.map(({ name, value, unit, load }) => [name, `${digits(value)} ${unit}`, load.toFixed(2)]),
});

export async function starts(): Promise<Found> {
  progress("starts");
  const figures = await start();
  return {
    goals: [
      under(figures, /^(?:source|executable) --version/, "`--version`", 60),
      under(figures, /^(?:source|executable) --once/, "`--once --interval 100ms --json`", 300),
    ],
    table: table(figures),
  };
}

export async function typed({ keys: count }: Scale): Promise<Found> {
  progress("keys");
  const figures = await keys(count);
  return {
    goals: [
      under(figures, /p99/, "key shown, p99, 14,000 sockets and 2,000 connections/s", 30),
      under(figures, /longest/, "key shown, longest", 100),
    ],
    table: table(figures),
  };
}
