/** scripts/bench: what it prints, in order. See HELP. */
import { judge, verdictLine } from "./claims.ts";
import { compare, type Failure, type Row } from "./compare.ts";
import { kernelTime, type ProgramTime } from "./kernel_time.ts";
import { endCleanly, ToolEnded } from "./measure.ts";
import { KERNEL_TITLES, kernelLine, rowLine, TITLES } from "./table.ts";
import { LIMITED, type Tool, tools } from "./tools.ts";
import { type Workload, workloads } from "./workloads.ts";

const HELP = `Usage: ./scripts/bench [--seconds N] [--rounds N] [--claims] [--json FILE] [WORD...]

Runs each load with each tool on loopback and prints medians. WORD: only loads and tools whose name holds one of the words, such as
'idle', 'churn flat', 'tcplife'; 'kernel' is the second table, which only tcptop has. Figures of one run compare; those of two machines
do not. TCPTOP_BIN=FILE measures that executable and not the source.

  --seconds N  how long a load lasts (4); one that is held, two and a half times that
  --rounds N   of which the median is printed (3)
  --claims     says of each of the project's goals whether this run meets it; exit status 1 if one is missed
  --json FILE  the figures, for programs

CPU: own, children included; % of one core. An idle load is measured while it is held, any other from its start to two seconds after
its end, when the tool has told of it. PEAK: highest resident size, from the start on. LOAD x: the load's own figure against that of a
run without the tool just before: 1.000 is no slowdown. SEEN: by what the tool writes, and the truth; two ends (flows) a connection.
RIGHT PROCESS: of the ends, those with the process that had them. *: the tool counts for the whole machine.

The second table is the kernel's own measure of tcptop's programs, in a run of their own, because measuring costs some: a tick is
a second, a unit what the load is made of.`;

const RUN = new URL("../../scripts/run", import.meta.url).pathname;
const ALL = tools(Deno.env.get("TCPTOP_BIN") || RUN);

interface Settings {
  readonly seconds: number;
  readonly rounds: number;
  readonly claims: boolean;
  readonly json: string | null;
  readonly words: readonly string[];
}

function parse(given: readonly string[]): Settings {
  const settings = { seconds: 4, rounds: 3, claims: false, json: null as string | null, words: [] as string[] };
  for (const args = [...given]; args.length > 0;) {
    const word = args.shift()!;
    if (word === "--seconds") settings.seconds = Number(args.shift());
    else if (word === "--rounds") settings.rounds = Number(args.shift());
    else if (word === "--json") settings.json = args.shift() ?? null;
    else if (word === "--claims") settings.claims = true;
    else settings.words.push(word);
  }
  return settings;
}

/** Those that a word means; all if none means one of them. */
function chosen<T extends { readonly name: string }>(among: readonly T[], words: readonly string[]): T[] {
  const meant = words.filter((word) => among.some(({ name }) => name.includes(word)));
  return among.filter(({ name }) => meant.length === 0 || meant.some((word) => name.includes(word)));
}

async function compareAll(loads: readonly Workload[], chosen: readonly Tool[], rounds: number) {
  const rows: (Row | Failure)[] = [];
  console.log(TITLES);
  for (const load of loads) {
    for (const tool of chosen) {
      rows.push(await compare(load, tool, rounds));
      console.log(rowLine(rows.at(-1)!));
    }
  }
  for (const { name, note } of chosen) if (note !== undefined) console.log(`${name}: ${note}`);
  return rows;
}

const IN_KERNEL = ["10000 idle connections", "churn flat out", "UDP flood"];

async function timeAll(loads: readonly Workload[]): Promise<ProgramTime[]> {
  const tool = ALL.find(({ name }) => name === LIMITED)!, times: ProgramTime[] = [];
  console.log(`\n${KERNEL_TITLES}`);
  for (const load of loads.filter(({ name }) => IN_KERNEL.includes(name))) {
    try {
      const found = await kernelTime(tool, load);
      for (const row of found) console.log(kernelLine(row));
      times.push(...found);
    } catch (error) {
      if (!(error instanceof ToolEnded)) throw error;
      console.log(`${load.name}: did not run: ${error.message}`);
    }
  }
  return times;
}

async function main(): Promise<number> {
  if (Deno.args.includes("--help")) return console.log(HELP), 0;
  endCleanly();
  const { seconds, rounds, claims, json, words } = parse(Deno.args);
  const kernelOnly = words.includes("kernel"), others = words.filter((word) => word !== "kernel");
  const unknown = others.find((word) => ![...ALL, ...workloads(seconds)].some(({ name }) => name.includes(word)));
  if (unknown !== undefined) {
    console.error(`bench: No load and no tool has "${unknown}" in its name. See --help`);
    return 2;
  }
  const loads = chosen(workloads(seconds), others);
  const rows = kernelOnly ? [] : await compareAll(loads, chosen(ALL, others), rounds);
  const times = kernelOnly || words.length === 0 ? await timeAll(loads) : [];
  const verdicts = claims ? judge(rows) : [];
  if (claims) console.log(`\n${verdicts.map(verdictLine).join("\n")}`);
  if (json !== null) {
    const time = new Date().toISOString();
    await Deno.writeTextFile(json, JSON.stringify({ time, rows, times, ...claims && { verdicts } }, null, 2));
  }
  return verdicts.some(({ met }) => met === false) ? 1 : 0;
}

Deno.exit(await main());
