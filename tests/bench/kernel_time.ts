/** How long tcptop's programs run inside the kernel, as the kernel itself measures it. */
import { measure } from "./measure.ts";
import { familyOf } from "./process.ts";
import type { Tool } from "./tools.ts";
import type { Workload } from "./workloads.ts";

export interface ProgramTime {
  readonly load: string;
  readonly program: string;
  readonly runs: number;
  readonly ns: number;
  /** How often tcptop walked over everything meanwhile, and how far apart. */
  readonly ticks: number;
  readonly tickNs: number;
  /** What the load did meanwhile, to divide by. */
  readonly amount: number;
  readonly unit: string;
}

interface RunTime {
  readonly name: string;
  readonly runs: number;
  readonly ns: number;
}

const SYS_BPF = { x86_64: 321n, aarch64: 280n } as const;
const BPF_ENABLE_STATS = 32n;
const TICK_NS = 1e9; // --interval, which is not given: a second

/** Has the kernel measure every program until the descriptor is closed, which the end of this process does however it ends: the
 * sysctl kernel.bpf_stats_enabled would stay. */
function enableStats(): Disposable {
  const libc = Deno.dlopen("libc.so.6", {
    syscall: { parameters: ["i64", "i64", "buffer", "i64"], result: "i64" },
    close: { parameters: ["i32"], result: "i32" },
  });
  const attributes = new Uint8Array(4); // enable_stats.type: BPF_STATS_RUN_TIME
  const fd = Number(libc.symbols.syscall(SYS_BPF[Deno.build.arch], BPF_ENABLE_STATS, attributes, 4n));
  if (fd < 0) throw new Error("the kernel does not measure BPF programs for us");
  return {
    [Symbol.dispose]() {
      libc.symbols.close(fd);
      libc.close();
    },
  };
}

/** From what the kernel says of the descriptors of `pid` and its children, by the number of the program. */
function runTimes(pid: number): Map<number, RunTime> {
  const times = new Map<number, RunTime>();
  for (const member of familyOf(pid)) {
    for (const { name } of Deno.readDirSync(`/proc/${member}/fdinfo`)) {
      try {
        const text = Deno.readTextFileSync(`/proc/${member}/fdinfo/${name}`);
        const field = (title: string) => Number(new RegExp(`^${title}:\\s+(\\d+)`, "m").exec(text)?.[1] ?? NaN);
        if (!/^prog_type:/m.test(text)) continue;
        times.set(field("prog_id"), { name: "", runs: field("run_cnt"), ns: field("run_time_ns") });
      } catch {
        continue; // closed meanwhile
      }
    }
  }
  const { stdout } = new Deno.Command("bpftool", { args: ["-j", "prog", "show"] }).outputSync();
  for (const { id, name } of JSON.parse(new TextDecoder().decode(stdout)) as { id: number; name: string }[]) {
    const time = times.get(id);
    if (time !== undefined) times.set(id, { ...time, name });
  }
  return times;
}

/** A row for each program that ran under the load, and one for them all. Needs a tool that is tcptop. */
export async function kernelTime(tool: Tool, workload: Workload): Promise<ProgramTime[]> {
  using _stats = enableStats();
  const { before, after, seconds, amount } = await measure(tool, workload, runTimes);
  const rows: ProgramTime[] = [];
  const add = (program: string, runs: number, ns: number) =>
    rows.push({
      load: workload.name,
      program,
      runs,
      ns,
      ticks: seconds * 1e9 / TICK_NS,
      tickNs: TICK_NS,
      amount,
      unit: workload.unit === "" ? "flows" : workload.unit,
    });
  for (const [id, { name, runs, ns }] of after) {
    const ran = runs - (before.get(id)?.runs ?? 0);
    if (ran > 0) add(name, ran, ns - (before.get(id)?.ns ?? 0));
  }
  const sum = (of: "runs" | "ns") => rows.reduce((sum, row) => sum + row[of], 0);
  if (rows.length > 0) add("all", sum("runs"), sum("ns"));
  return rows;
}
