/** What a process and its children have used, from /proc. */

export interface Use {
  /** User and system time of the process, its threads, its children and the children that it has waited for. */
  readonly cpuSeconds: number;
  /** Highest resident size of any one of them. */
  readonly peakMiB: number;
}

const TICKS_PER_SECOND = 100; // USER_HZ, the same on every Linux

interface Stat {
  readonly pid: number;
  readonly parent: number;
  readonly ticks: number;
}

function readStat(pid: number): Stat | null {
  try {
    const text = Deno.readTextFileSync(`/proc/${pid}/stat`);
    // The name may hold spaces and parentheses; the fields behind the last one do not.
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ").map(Number);
    return { pid, parent: fields[1], ticks: fields[11] + fields[12] + fields[13] + fields[14] };
  } catch {
    return null; // it has ended meanwhile
  }
}

function peakKiB(pid: number): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(Deno.readTextFileSync(`/proc/${pid}/status`))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

function stats(): Stat[] {
  return [...Deno.readDirSync("/proc")].flatMap(({ name }) => /^\d+$/.test(name) ? readStat(Number(name)) ?? [] : []);
}

function family(root: number, all: readonly Stat[]): Stat[] {
  const pids = new Set([root]);
  for (let before = 0; before !== pids.size;) {
    before = pids.size;
    for (const { pid, parent } of all) if (pids.has(parent)) pids.add(pid);
  }
  return all.filter(({ pid }) => pids.has(pid));
}

/** The process and all below it. */
export function familyOf(root: number): number[] {
  return family(root, stats()).map(({ pid }) => pid);
}

export function useOf(root: number): Use {
  const members = family(root, stats());
  return {
    cpuSeconds: members.reduce((sum, { ticks }) => sum + ticks, 0) / TICKS_PER_SECOND,
    peakMiB: Math.max(0, ...members.map(({ pid }) => peakKiB(pid))) / 1024,
  };
}
