/** What it takes to watch a machine on which nothing happens: beside nethogs, and beside the least that a Deno program can take. */
import { compiled } from "../../support/compiled.ts";
import { Workload } from "../../support/workload.ts";
import { median } from "../compare.ts";
import { digits, type Goal, range } from "../markdown.ts";
import { allWakes, cpuRatio, inTurns, type Rest } from "./at_rest.ts";
import { type Found, progress, type Scale } from "./part.ts";
import { child, NETHOGS, REFERENCE_PROGRAM, SCREEN } from "./subjects.ts";

const SUBJECTS = [SCREEN, REFERENCE_PROGRAM, NETHOGS];
const NEIGHBOUR_MIB = 64;
const MB = 2 ** 20 / 1e6;
const WORST_CPU = 1.5, WORST_BESIDE_NEIGHBOUR = 2, MOST_WAKES = 6, MOST_PEAK_MB = 75, MOST_PRIVATE_MB = 25;

/** So many ends of connections that do nothing; a connection is two flows on loopback. */
export async function hold(ends: number): Promise<AsyncDisposable> {
  const copies = Math.ceil(ends / 2 / 12500), held: Workload[] = [];
  const release = async () => {
    for (const workload of held) await workload[Symbol.asyncDispose]();
  };
  try {
    for (let left = ends / 2, i = copies; i > 0; i--) {
      const count = Math.round(left / i);
      left -= count;
      held.push(await Workload.start("hold", "--count", count, "--tx", 101, "--rx", 53, "--seconds", 1200));
    }
    for (const workload of held) await workload.until("ready");
  } catch (error) {
    await release();
    throw error;
  }
  return { [Symbol.asyncDispose]: release };
}

const percent = (rests: readonly Rest[]) => `${range(rests.map(({ cpuPercent }) => cpuPercent))} %`;

function row(load: string, name: string, rests: readonly Rest[]): string[] {
  const each = (of: (rest: Rest) => number) => digits(median(rests.map(of)));
  return [
    load,
    name,
    percent(rests),
    each(allWakes),
    each(({ peakMiB }) => peakMiB * MB),
    each((rest) => rest.privateMiB * MB),
    each(({ anonymousMiB }) => anonymousMiB * MB),
  ];
}

const TITLES = ["Load", "Program", "CPU, of one core", "Wake-ups/s", "Peak, MB", "Private, MB", "Anonymous, MB"];

function beside(load: string, found: ReadonlyMap<string, readonly Rest[]>): Goal[] {
  const own = found.get(SCREEN.name)!;
  return ([[REFERENCE_PROGRAM, WORST_CPU], [NETHOGS, 1]] as const).map(([{ name }, most]) => {
    const ratio = cpuRatio(own, found.get(name)!);
    return {
      what: `${load}: CPU against ${name}`,
      seen: digits(ratio),
      goal: `at most ${most}`,
      met: ratio <= most,
    };
  });
}

/** By thread, the busiest first: those that wake up at least once in two seconds. */
function byThread(rests: readonly Rest[]): string {
  const sums = new Map<string, number>();
  for (const { wakes } of rests) {
    for (const [name, count] of wakes) sums.set(name, (sums.get(name) ?? 0) + count / rests.length);
  }
  return [...sums].filter(([, count]) => count >= 0.5).sort(([, a], [, b]) => b - a).map(([name, count]) =>
    `${name} ${digits(count)}`
  ).join(", ");
}

function memory(own: readonly Rest[]): Goal[] {
  const peak = Math.max(...own.map(({ peakMiB }) => peakMiB * MB));
  const part = median(own.map((rest) => rest.privateMiB * MB));
  return [
    {
      what: "500 idle: peak memory",
      seen: `${digits(peak)} MB`,
      goal: `below ${MOST_PEAK_MB} MB`,
      met: peak < MOST_PEAK_MB,
    },
    {
      what: "500 idle: private memory",
      seen: `${digits(part)} MB`,
      goal: `below ${MOST_PRIVATE_MB} MB`,
      met: part < MOST_PRIVATE_MB,
    },
  ];
}

export async function idle({ rounds, restSeconds }: Scale): Promise<Found> {
  progress("nothing open");
  const empty = await inTurns(SUBJECTS, rounds, restSeconds), own = empty.get(SCREEN.name)!;
  progress("500 idle");
  await using _held = await hold(500);
  const few = await inTurns(SUBJECTS, rounds, restSeconds), wakes = median(own.map(allWakes));
  return {
    goals: [
      ...beside("nothing open", empty),
      ...beside("500 idle", few),
      {
        what: "nothing open: wake-ups a second, all threads",
        seen: digits(wakes),
        goal: `at most ${MOST_WAKES}`,
        met: wakes <= MOST_WAKES,
      },
      ...memory(few.get(SCREEN.name)!),
    ],
    table: {
      titles: TITLES,
      rows: [
        ...[...empty].map(([name, rests]) => row("nothing open", name, rests)),
        ...[...few].map(([name, rests]) => row("500 idle", name, rests)),
      ],
    },
    notes: [`Wake-ups a second of tcptop's threads with nothing open: ${byThread(own)}.`],
  };
}

/** Whose walk through memory empties the caches: machines that somebody looks at are busy ones. */
export async function neighbour({ rounds, restSeconds }: Scale): Promise<Found> {
  const program = await compiled("neighbour", [new URL("../neighbour.c", import.meta.url)]);
  progress("500 idle, beside a neighbour on each core");
  await using _held = await hold(500);
  await using _neighbour = child([program, String(NEIGHBOUR_MIB), "1200"], "SIGTERM");
  const found = await inTurns([SCREEN, NETHOGS], rounds, restSeconds);
  const ratio = cpuRatio(found.get(SCREEN.name)!, found.get(NETHOGS.name)!);
  return {
    goals: [{
      what: `500 idle, a neighbour walks through ${NEIGHBOUR_MIB} MiB on each core: CPU against nethogs`,
      seen: digits(ratio),
      goal: `at most ${WORST_BESIDE_NEIGHBOUR}`,
      met: ratio <= WORST_BESIDE_NEIGHBOUR,
    }],
    table: { titles: TITLES, rows: [...found].map(([name, rests]) => row("500 idle, a neighbour", name, rests)) },
  };
}
