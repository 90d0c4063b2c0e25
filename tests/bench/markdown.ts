/** Figures as Markdown. Pure. */

export interface Table {
  readonly titles: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A row of the table of goals: `met` is null where the run cannot tell. */
export interface Goal {
  readonly what: string;
  readonly seen: string;
  readonly goal: string;
  readonly met: boolean | null;
}

const row = (cells: readonly string[]) =>
  `| ${cells.map((cell) => cell.replaceAll("|", "\\|").replaceAll("\n", " ")).join(" | ")} |`;

/** A pipe in a cell would begin another one. */
export function tableLines({ titles, rows }: Table): string[] {
  return [row(titles), `|${"---|".repeat(titles.length)}`, ...rows.map(row)];
}

export const verdict = (met: boolean | null) => met === null ? "unknown" : met ? "met" : "**missed**";

export function goalTable(goals: readonly Goal[]): Table {
  return {
    titles: ["Figure", "Seen", "Goal", ""],
    rows: goals.map(({ what, seen, goal, met }) => [what, seen, goal, verdict(met)]),
  };
}

/** So many digits that the third one is the last; none behind the point from 100 on. */
export function digits(value: number): string {
  if (!Number.isFinite(value)) return "-";
  const size = Math.abs(value);
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3);
}

/** From the lowest to the highest; one figure where they read the same. */
export function range(values: readonly number[], text = digits): string {
  const [low, high] = [text(Math.min(...values)), text(Math.max(...values))];
  return low === high ? low : `${low} to ${high}`;
}

/** `document` with what stands between its two comments `name` replaced. Throws if they are not there. */
export function between(document: string, name: string, lines: readonly string[]): string {
  const begin = `<!-- ${name}: -->`, end = `<!-- :${name} -->`;
  const from = document.indexOf(begin), to = document.indexOf(end);
  if (from < 0 || to < from) throw new Error(`no ${begin} and ${end} in the document`);
  return `${document.slice(0, from + begin.length)}\n${lines.join("\n")}\n${document.slice(to)}`;
}
