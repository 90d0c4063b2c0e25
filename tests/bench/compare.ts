/** Rounds of one tool under one load, each beside the load alone, as a row of medians. */
import { alone, measure, ToolEnded } from "./measure.ts";
import { type Use, useOf } from "./process.ts";
import type { Tool } from "./tools.ts";
import type { Workload } from "./workloads.ts";

export interface Row {
  readonly load: string;
  readonly tool: string;
  readonly cpuSeconds: number;
  /** Of one core, while it was measured. */
  readonly cpuPercent: number;
  readonly peakMiB: number;
  /** Of the load's own figure, with the tool against without; null: it has none. */
  readonly ratio: number | null;
  /** What the tool saw of the last round, and the truth; null: it does not tell, or there is nothing to tell. */
  readonly flows: Found | null;
  readonly ends: Found | null;
  readonly owned: Found | null;
  readonly bytes: Found | null;
  /** It counts other programs' too. */
  readonly everybody: boolean;
}

/** Two figures where it told different ones. */
export interface Found {
  readonly seen: readonly number[];
  readonly truth: number;
}

/** What was to run and did not. */
export interface Failure {
  readonly load: string;
  readonly tool: string;
  readonly failure: string;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b), middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function found(truth: number, ...seen: readonly (number | null)[]): Found | null {
  const told = seen.filter((one) => one !== null);
  return truth === 0 || told.length === 0
    ? null
    : { seen: [...new Set([Math.min(...told), Math.max(...told)])], truth };
}

const cpu = ({ before, after }: { readonly before: Use; readonly after: Use }) => after.cpuSeconds - before.cpuSeconds;

export async function compare(workload: Workload, tool: Tool, rounds: number): Promise<Row | Failure> {
  if (tool.absent !== undefined) return { load: workload.name, tool: tool.name, failure: tool.absent };
  const measured = [], ratios: number[] = [];
  try {
    for (let round = 0; round < rounds; round++) {
      const without = workload.unit === "" ? null : (await alone(workload)).figure;
      const one = await measure(tool, workload, useOf);
      measured.push(one);
      if (without !== null && one.figure !== null) ratios.push(one.figure / without);
    }
  } catch (error) {
    if (!(error instanceof ToolEnded)) throw error;
    return { load: workload.name, tool: tool.name, failure: error.message };
  }
  const { truth, seen } = measured.at(-1)!;
  return {
    load: workload.name,
    tool: tool.name,
    cpuSeconds: median(measured.map(cpu)),
    cpuPercent: median(measured.map((one) => cpu(one) / one.seconds * 100)),
    peakMiB: median(measured.map(({ after }) => after.peakMiB)),
    ratio: ratios.length ? median(ratios) : null,
    flows: found(truth.flows, ...seen.flows),
    ends: found(truth.ends, seen.ends),
    owned: found(truth.ends, seen.owned),
    bytes: found(truth.bytes, seen.bytes),
    everybody: seen.everybody,
  };
}
