/**
 * scripts/bench [--seconds N] [--rounds N] [--json FILE] [WORD...]
 *
 * Runs each load with each tool and prints medians. WORD: only loads and tools whose name holds one of the words. Each run with a
 * tool stands beside a run without, and "load" is the ratio of the two: 1.00 is no slowdown. Figures of one run compare; figures of
 * two machines do not.
 */
import { measure, type Measurement, ToolEnded } from "./measure.ts";
import { type Tool, TOOLS } from "./tools.ts";
import { type Workload, workloads } from "./workloads.ts";

interface Row {
  readonly load: string;
  readonly tool: string;
  readonly cpuSeconds: number;
  readonly peakMiB: number;
  /** Of the load's own figure, with the tool against without. */
  readonly ratio: number | null;
  readonly ends: number;
  readonly endsSeen: number | null;
  readonly bytes: number;
  readonly bytesSeen: number | null;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b), middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

async function compare(workload: Workload, tool: Tool, rounds: number): Promise<Row> {
  const measured: Measurement[] = [], ratios: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const without = workload.unit === "" ? null : (await measure(null, workload)).figure;
    const one = await measure(tool, workload);
    measured.push(one);
    if (without !== null && one.figure !== null) ratios.push(one.figure / without);
  }
  const last = measured.at(-1)!;
  return {
    load: workload.name,
    tool: tool.name,
    cpuSeconds: median(measured.map(({ cpuSeconds }) => cpuSeconds)),
    peakMiB: median(measured.map(({ peakMiB }) => peakMiB)),
    ratio: ratios.length ? median(ratios) : null,
    ends: last.ends,
    endsSeen: last.ends > 0 ? last.endsSeen : null,
    bytes: last.bytes,
    bytesSeen: last.bytes > 0 ? last.bytesSeen : null,
  };
}

const of = (seen: number | null, truth: number) => seen === null ? "-" : `${seen} of ${truth}`;

function line(row: Row): string {
  return [
    row.load.padEnd(24),
    row.tool.padEnd(15),
    row.cpuSeconds.toFixed(2).padStart(7),
    row.peakMiB.toFixed(0).padStart(9),
    (row.ratio?.toFixed(3) ?? "-").padStart(7),
    of(row.endsSeen, row.ends).padStart(19),
    of(row.bytesSeen, row.bytes).padStart(25),
  ].join("  ");
}

const words: string[] = [];
let seconds = 4, rounds = 3, json: string | null = null;
for (const args = [...Deno.args]; args.length > 0;) {
  const word = args.shift()!;
  if (word === "--seconds") seconds = Number(args.shift());
  else if (word === "--rounds") rounds = Number(args.shift());
  else if (word === "--json") json = args.shift() ?? null;
  else words.push(word);
}
const matches = (name: string, among: readonly { name: string }[]) => {
  const meant = words.filter((word) => among.some((one) => one.name.includes(word)));
  return meant.length === 0 || meant.some((word) => name.includes(word));
};

const all = workloads(seconds), rows: Row[] = [];
const titles = ["LOAD".padEnd(24), "TOOL".padEnd(15), "CPU (s)", "PEAK (MiB)", "LOAD x", "ENDS SEEN", "BYTES SEEN"];
console.log(titles.map((title, i) => i < 3 ? title : title.padStart([0, 0, 0, 9, 7, 19, 25][i])).join("  "));
for (const workload of all.filter(({ name }) => matches(name, all))) {
  for (const tool of TOOLS.filter(({ name }) => matches(name, TOOLS))) {
    try {
      const row = await compare(workload, tool, rounds);
      rows.push(row);
      console.log(line(row));
    } catch (error) {
      if (!(error instanceof ToolEnded)) throw error;
      console.log(`${workload.name.padEnd(24)}  ${tool.name.padEnd(15)}  did not run: ${error.message}`);
    }
  }
}
if (json !== null) await Deno.writeTextFile(json, JSON.stringify({ time: new Date().toISOString(), rows }, null, 2));
