/** What a program uses while nothing, or always the same, goes on: measured in turns, so that what the machine does falls on all. */
import { familyOf } from "../process.ts";
import { median } from "../compare.ts";
import { cpuNs, peakMiB } from "../threads.ts";
import type { Subject } from "./subjects.ts";

export interface Rest {
  readonly cpuPercent: number;
  /** Times a second that a thread of this name has slept and was woken. */
  readonly wakes: ReadonlyMap<string, number>;
  /** Highest resident size so far, and what nobody else has a share in. */
  readonly peakMiB: number;
  readonly privateMiB: number;
  /** The part of it that is in no file: without pages of the program's file, which are private while one instance runs. */
  readonly anonymousMiB: number;
}

const delay = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Before a turn is measured: until what happens once has happened. */
const SETTLE_MS = 3000;

/** Voluntary context switches of each thread: it went to sleep so often, and was woken as often. */
function sleeps(pids: readonly number[]): Map<string, number> {
  const found = new Map<string, number>();
  for (const pid of pids) {
    for (const { name } of Deno.readDirSync(`/proc/${pid}/task`)) {
      try {
        const text = Deno.readTextFileSync(`/proc/${pid}/task/${name}/status`);
        const [thread, count] = [/^Name:\t(.*)$/m, /^voluntary_ctxt_switches:\t(\d+)$/m].map((one) =>
          one.exec(text)![1]
        );
        found.set(thread, (found.get(thread) ?? 0) + Number(count));
      } catch {
        continue; // it has ended meanwhile
      }
    }
  }
  return found;
}

const sum = (pids: readonly number[], of: (pid: number) => number) => pids.reduce((all, pid) => all + of(pid), 0);

function memoryMiB(pid: number, line: RegExp): number {
  const text = Deno.readTextFileSync(`/proc/${pid}/smaps_rollup`);
  return [...text.matchAll(line)].reduce((all, [, kB]) => all + Number(kB), 0) / 1024;
}

const privateMiB = (pid: number) => memoryMiB(pid, /^Private_(?:Clean|Dirty): +(\d+) kB$/gm);
const anonymousMiB = (pid: number) => memoryMiB(pid, /^Anonymous: +(\d+) kB$/gm);

async function turn(subject: Subject, seconds: number): Promise<Rest> {
  await using running = await subject.start();
  await delay(SETTLE_MS);
  const pids = familyOf(running.pid), began = performance.now(), before = sum(pids, cpuNs), asleep = sleeps(pids);
  await delay(seconds * 1000);
  const passed = (performance.now() - began) / 1000;
  const wakes = [...sleeps(pids)].map(([name, count]) => [name, (count - (asleep.get(name) ?? 0)) / passed] as const);
  return {
    cpuPercent: (sum(pids, cpuNs) - before) / 1e7 / passed,
    wakes: new Map(wakes),
    peakMiB: sum(pids, peakMiB),
    privateMiB: sum(pids, privateMiB),
    anonymousMiB: sum(pids, anonymousMiB),
  };
}

/** Rounds of each, by its name. */
export async function inTurns(
  subjects: readonly Subject[],
  rounds: number,
  seconds: number,
): Promise<Map<string, Rest[]>> {
  const found = new Map(subjects.map(({ name }): [string, Rest[]] => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const subject of subjects) found.get(subject.name)!.push(await turn(subject, seconds));
  }
  return found;
}

/** Of the CPU time of two, round by round: the median. */
export function cpuRatio(of: readonly Rest[], to: readonly Rest[]): number {
  return median(of.map(({ cpuPercent }, i) => cpuPercent / to[i].cpuPercent));
}

export const allWakes = ({ wakes }: Rest) => [...wakes.values()].reduce((all, one) => all + one, 0);
