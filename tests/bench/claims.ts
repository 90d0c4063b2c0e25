/** What tcptop is to keep to, and whether a run's rows do. Pure. */
import type { Failure, Found, Row } from "./compare.ts";
import { FULL, LIMITED, SCREEN } from "./tools.ts";

/** met is null where the run has no figure: the load or the tool was left out, or a peer does not run here. */
export interface Verdict {
  readonly met: boolean | null;
  readonly text: string;
}

type Rows = readonly (Row | Failure)[];

/** The two that a user leaves running: all of --json is for those who want every flow each second. */
const KEPT_RUNNING = [SCREEN, LIMITED] as const;
const MB = 2 ** 20 / 1e6;

function rowOf(rows: Rows, load: string, tool: string): Row | Failure | undefined {
  return rows.find((row) => row.load === load && row.tool === tool);
}

/** `judge`: whether it is met, and the figure. */
function about(
  rows: Rows,
  load: string,
  tool: string,
  goal: string,
  judge: (row: Row) => readonly [boolean | null, string],
): Verdict {
  const row = rowOf(rows, load, tool), claim = `${load}, ${tool}: ${goal}`;
  if (row === undefined) return { met: null, text: `${claim}: not measured` };
  if ("failure" in row) return { met: false, text: `${claim}: did not run: ${row.failure}` };
  const [met, figure] = judge(row);
  return { met, text: `${claim}: ${figure}` };
}

function idle(rows: Rows, load: string, percent: number, megabytes: number | null): Verdict[] {
  return KEPT_RUNNING.flatMap((tool) => [
    about(rows, load, tool, `own CPU below ${percent} %`, (row) => below(row.cpuPercent, percent, "%")),
    ...megabytes === null ? [] : [
      about(rows, load, tool, `peak memory below ${megabytes} MB`, (row) => below(row.peakMiB * MB, megabytes, "MB")),
    ],
  ]);
}

const below = (value: number, limit: number, unit: string) =>
  [value < limit, `${value.toFixed(unit === "MB" ? 0 : 2)} ${unit}`] as const;

function slowdown(rows: Rows, load: string, percent: number): Verdict[] {
  return KEPT_RUNNING.map((tool) =>
    about(rows, load, tool, `slows the load by less than ${percent} %`, ({ ratio }) => {
      return ratio === null ? [null, "not measured"] : below((1 - ratio) * 100, percent, "%");
    })
  );
}

function all(rows: Rows, load: string, tool: string, what: string, of: (row: Row) => Found | null): Verdict {
  return about(rows, load, tool, `every one of the ${what}`, (row) => {
    const found = of(row);
    if (found === null) return [false, "it told of none"];
    return [found.seen.every((seen) => seen === found.truth), `${found.seen.join("..")} of ${found.truth}`];
  });
}

function cpuBeside(rows: Rows, load: string, peer: string, most: number): Verdict[] {
  const other = rowOf(rows, load, peer);
  return KEPT_RUNNING.map((tool) =>
    about(rows, load, tool, `own CPU at most ${most} times that of ${peer}`, ({ cpuSeconds }) => {
      if (other === undefined || "failure" in other) return [null, `${peer} was not measured`];
      const figures = `${cpuSeconds.toFixed(2)} s and ${other.cpuSeconds.toFixed(2)} s`;
      return [cpuSeconds <= most * other.cpuSeconds, `${(cpuSeconds / other.cpuSeconds).toFixed(2)} times, ${figures}`];
    })
  );
}

export function judge(rows: Rows): Verdict[] {
  const churn = "churn flat out";
  return [
    ...idle(rows, "500 idle connections", 1, 90),
    ...idle(rows, "10000 idle connections", 5, null),
    ...idle(rows, "50000 idle connections", 20, 250),
    ...[500, 2000, 10000, 50000].map((count) =>
      all(rows, `${count} idle connections`, FULL, "flows", ({ flows }) => flows)
    ),
    all(rows, churn, FULL, "ends", ({ ends }) => ends),
    all(rows, churn, FULL, "bytes", ({ bytes }) => bytes),
    all(rows, "many processes", FULL, "ends with the right process", ({ owned }) => owned),
    ...cpuBeside(rows, churn, "tcplife", 1.5),
    ...cpuBeside(rows, churn, "nethogs", 0.1),
    ...slowdown(rows, "bulk", 1),
    ...slowdown(rows, churn, 3),
    ...slowdown(rows, "request-response", 2),
  ];
}

export function verdictLine({ met, text }: Verdict): string {
  return `${met === null ? "unknown" : met ? "met" : "missed"}`.padEnd(9) + text;
}
