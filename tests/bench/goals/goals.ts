/** scripts/bench goals: the table of the project's goals, part by part. See HELP. */
import { chartSvg } from "../chart.ts";
import { between, type Goal, goalTable, tableLines } from "../markdown.ts";
import { endCleanly } from "../measure.ts";
import { loadAverage } from "../threads.ts";
import { starts, typed } from "./answers.ts";
import { closedPort } from "./closed_port.ts";
import { datagrams } from "./datagrams.ts";
import { idle, neighbour } from "./idle.ts";
import { inKernel } from "./packets.ts";
import { life } from "./life.ts";
import { type Found, FULL_SCALE, type Part, progress, QUICK } from "./part.ts";
import { peers } from "./peers.ts";
import { removeFolders } from "./servers.ts";
import { sockets } from "./sockets.ts";
import { streamed } from "./streams.ts";

const PARTS: readonly Part[] = [
  { name: "start", about: "Starts", minutes: 0.5, run: starts },
  { name: "idle", about: "Nothing open, and 500 idle", minutes: 3.5, run: idle },
  { name: "neighbour", about: "Beside a neighbour that empties the caches", minutes: 1.5, run: neighbour },
  { name: "sockets", about: "Many idle sockets", minutes: 3, run: sockets },
  { name: "streams", about: "Streams of short connections", minutes: 2.5, run: streamed },
  { name: "kernel", about: "Time in the kernel", minutes: 0.5, run: inKernel },
  { name: "udp", about: "Datagrams", minutes: 4, run: datagrams },
  { name: "drops", about: "Datagrams to a closed port", minutes: 1.5, run: closedPort },
  { name: "keys", about: "Keys", minutes: 1.5, run: typed },
  { name: "life", about: "Loads like those of real machines", minutes: 5, run: life },
  { name: "peers", about: "Other tools", minutes: 3, run: peers },
];

const HELP = `Usage: ./scripts/bench goals [--quick] [--docs] [--json FILE] [PART...]

Measures the project's goals, each beside what it is compared with, in turn and in one run, and prints tables in Markdown. All parts
take some ${
  Math.round(PARTS.reduce((sum, { minutes }) => sum + minutes, 0))
} minutes, on two cores with nothing else to do; elsewhere ratios mean more than times. Servers for the part
life are installed from Debian, not started as services, and run on ports and in folders of their own. ./scripts/bench tools builds rustnet and
bandwhich, once, for the part peers.

${
  PARTS.map(({ name, about, minutes }) => `  ${name.padEnd(10)} ${String(minutes).padStart(4)} min  ${about}`).join(
    "\n",
  )
}

  --quick      everything, but so little of it that figures say nothing: some 5 minutes
  --docs       writes tables and plots into docs/benchmarks.md and docs/bench-*.svg
  --json FILE  the figures, for programs

TCPTOP_BIN=FILE measures that executable and not the source.`;

interface Settings {
  readonly quick: boolean;
  readonly docs: boolean;
  readonly json: string | null;
  readonly parts: readonly Part[];
}

function parse(given: readonly string[]): Settings | string {
  let quick = false, docs = false, json: string | null = null;
  const words: string[] = [];
  for (const args = [...given]; args.length > 0;) {
    const word = args.shift()!;
    if (word === "--quick") quick = true;
    else if (word === "--docs") docs = true;
    else if (word === "--json") json = args.shift() ?? null;
    else words.push(word);
  }
  const unknown = words.find((word) => !PARTS.some(({ name }) => name === word));
  if (unknown !== undefined) return `no part is called ${unknown}: ${PARTS.map(({ name }) => name).join(", ")}`;
  return { quick, docs, json, parts: PARTS.filter(({ name }) => words.length === 0 || words.includes(name)) };
}

/** Of a part: its heading, tables and notes, and how long it took. */
function section({ about }: Part, { table, charts, notes = [] }: Found, seconds: number): string[] {
  return [
    `### ${about}`,
    "",
    ...table === undefined ? [] : [...tableLines(table), ""],
    ...Object.entries(charts ?? {}).flatMap(([name, { title }]) => [`![${title}](${name}.svg)`, ""]),
    ...notes.flatMap((note) => [note, ""]),
    `Took ${Math.round(seconds)} s; load average at its end ${loadAverage().toFixed(2)}.`,
    "",
  ];
}

function machine(): string {
  const cpu = /^model name\s*: (.*)$/m.exec(Deno.readTextFileSync("/proc/cpuinfo"))?.[1] ?? Deno.build.arch;
  const of = Deno.env.get("TCPTOP_BIN") ? "the executable" : "the source";
  return `Measured with ${of}, ${
    new Date().toISOString().slice(0, 10)
  }: ${navigator.hardwareConcurrency} cores (${cpu}), Linux ` +
    `${Deno.osRelease().split("-")[0]}.`;
}

const DOCS = new URL("../../../docs/", import.meta.url).pathname;

async function writeDocs(lines: readonly string[], found: readonly Found[]): Promise<void> {
  const page = `${DOCS}benchmarks.md`;
  await Deno.writeTextFile(page, between(await Deno.readTextFile(page), "measured", lines));
  for (const { charts = {} } of found) {
    for (const [name, chart] of Object.entries(charts)) await Deno.writeTextFile(`${DOCS}${name}.svg`, chartSvg(chart));
  }
}

async function main(): Promise<number> {
  if (Deno.args.includes("--help") || Deno.args.includes("-h")) return console.log(HELP), 0;
  const settings = parse(Deno.args);
  if (typeof settings === "string") return console.error(`bench: ${settings}. See --help`), 2;
  endCleanly(removeFolders);
  const goals: Goal[] = [], sections: string[] = [], all: Found[] = [], failed: string[] = [];
  for (const part of settings.parts) {
    const begun = performance.now();
    try {
      const found = await part.run(settings.quick ? QUICK : FULL_SCALE);
      goals.push(...found.goals);
      sections.push(...section(part, found, (performance.now() - begun) / 1000));
      all.push(found);
    } catch (error) {
      failed.push(part.name);
      sections.push(`### ${part.about}`, "", `Did not run: ${(error as Error).message.split("\n")[0]}`, "");
      progress(`${part.name} did not run: ${(error as Error).message}`);
    }
  }
  const lines = ["", machine(), "", ...goals.length > 0 ? [...tableLines(goalTable(goals)), ""] : [], ...sections];
  console.log(lines.join("\n"));
  if (settings.docs) await writeDocs(lines, all);
  if (settings.json !== null) {
    const time = new Date().toISOString();
    await Deno.writeTextFile(settings.json, JSON.stringify({ time, machine: machine(), goals, parts: all }, null, 2));
  }
  return failed.length > 0 ? 1 : 0;
}

Deno.exit(await main());
