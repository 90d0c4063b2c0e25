/** Rows as lines of text. */
import type { Failure, Found, Row } from "./compare.ts";
import type { ProgramTime } from "./kernel_time.ts";

interface Column<T> {
  readonly title: string;
  /** Negative: text, to the left. */
  readonly width: number;
  readonly text: (row: T) => string;
}

function of(found: Found | null, everybody = false): string {
  return found === null ? "-" : `${found.seen.join("..")}${everybody ? "*" : ""} of ${found.truth}`;
}

/** An asterisk: other programs' are in it. */
const COLUMNS: readonly Column<Row>[] = [
  { title: "LOAD", width: -22, text: ({ load }) => load },
  { title: "TOOL", width: -22, text: ({ tool }) => tool },
  { title: "CPU s", width: 6, text: ({ cpuSeconds }) => cpuSeconds.toFixed(2) },
  { title: "CPU %", width: 6, text: ({ cpuPercent }) => cpuPercent.toFixed(1) },
  { title: "PEAK MiB", width: 8, text: ({ peakMiB }) => peakMiB.toFixed(0) },
  { title: "LOAD x", width: 6, text: ({ ratio }) => ratio?.toFixed(3) ?? "-" },
  { title: "FLOWS SEEN", width: 20, text: ({ flows, everybody }) => of(flows, everybody) },
  { title: "ENDS SEEN", width: 19, text: ({ ends, everybody }) => of(ends, everybody) },
  { title: "RIGHT PROCESS", width: 19, text: ({ owned }) => of(owned) },
  { title: "BYTES SEEN", width: 25, text: ({ bytes }) => of(bytes) },
];

const KERNEL_COLUMNS: readonly Column<ProgramTime>[] = [
  { title: "LOAD", width: -22, text: ({ load }) => load },
  { title: "PROGRAM", width: -18, text: ({ program }) => program },
  { title: "RUNS", width: 10, text: ({ runs }) => String(runs) },
  { title: "ns A RUN", width: 9, text: ({ ns, runs }) => (ns / runs).toFixed(0) },
  { title: "us A TICK", width: 10, text: ({ ns, ticks }) => (ns / ticks / 1000).toFixed(1) },
  { title: "OF A CORE %", width: 11, text: ({ ns, ticks, tickNs }) => (ns / (ticks * tickNs) * 100).toFixed(2) },
  { title: "ns A UNIT", width: 10, text: ({ ns, amount }) => (ns / amount).toFixed(0) },
  { title: "", width: -1, text: ({ unit }) => unit },
];

function join(texts: readonly string[], columns: readonly { readonly width: number }[]): string {
  const padded = texts.map((text, i) =>
    columns[i].width < 0 ? text.padEnd(-columns[i].width) : text.padStart(columns[i].width)
  );
  return padded.join("  ").trimEnd();
}

const titles = <T>(columns: readonly Column<T>[]) => join(columns.map(({ title }) => title), columns);
const line = <T>(row: T, columns: readonly Column<T>[]) => join(columns.map(({ text }) => text(row)), columns);

export const TITLES = titles(COLUMNS), KERNEL_TITLES = titles(KERNEL_COLUMNS);

export function rowLine(row: Row | Failure): string {
  if (!("failure" in row)) return line(row, COLUMNS);
  return `${
    join([row.load, row.tool], COLUMNS.slice(0, 2).map(({ width }) => ({ width })))
  }  did not run: ${row.failure}`;
}

export const kernelLine = (row: ProgramTime) => line(row, KERNEL_COLUMNS);
