/** scripts/bench receivers: what sending costs, and what receivers in trouble do to a run. See HELP. */
import { Workload } from "../../support/workload.ts";
import { hold } from "../goals/idle.ts";
import { progress } from "../goals/part.ts";
import { digits, type Table, tableLines } from "../markdown.ts";
import { loadAverage } from "../threads.ts";
import { Exporter, type Told } from "./exporter.ts";
import { GOOD, type Receiver, RECEIVERS } from "./receiver.ts";

const HELP = `Usage: ./scripts/bench receivers [--minutes N] [--rate N] [PART...]

One tcptop for each receiver, and one that sends nothing, all at the same time and of the same traffic; tables in Markdown.

  trouble   receivers of every kind while connections come and go, so many a second (--rate, 1000): samples, memory, CPU,
            and whether what was delivered and what is told as lost are together what has ended, for N minutes (1)
  idle      what sending costs beside 10,000 idle sockets, for N minutes
  churn     the same beside short connections flat out, for N minutes

Status 1: a record is neither delivered nor told as lost. TCPTOP_BIN=FILE measures that executable and not the source.`;

const PARTS = ["trouble", "idle", "churn"] as const;
type Part = typeof PARTS[number];
const IDLE_SOCKETS = 10_000, BYTES = 503;
/** Until what happens once has happened. */
const SETTLE_MS = 3000;
const NOBODY = "none";

interface Settings {
  readonly minutes: number;
  readonly rate: number;
  readonly parts: readonly Part[];
}

interface Outcome {
  readonly name: string;
  readonly told: Told;
  readonly delivered: number;
}

const delay = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

function parse(given: readonly string[]): Settings | string {
  let minutes = 1, rate = 1000;
  const words: string[] = [];
  for (const args = [...given]; args.length > 0;) {
    const word = args.shift()!;
    if (word === "--minutes") minutes = Number(args.shift());
    else if (word === "--rate") rate = Number(args.shift());
    else words.push(word);
  }
  if (!(minutes > 0 && rate > 0)) return "--minutes and --rate take numbers above 0";
  const unknown = words.find((word) => !(PARTS as readonly string[]).includes(word));
  if (unknown !== undefined) return `no part is called ${unknown}: ${PARTS.join(", ")}`;
  return { minutes, rate, parts: PARTS.filter((part) => words.length === 0 || words.includes(part)) };
}

/** A run for each receiver of these names, and one for nobody, while `traffic` goes on; it resolves when that is over. */
async function runs(
  names: readonly string[],
  args: readonly string[],
  traffic: () => Promise<void>,
): Promise<Outcome[]> {
  await using all = new AsyncDisposableStack();
  const running: { name: string; exporter: Exporter; receiver: Receiver | null }[] = [];
  const start = async (name: string, receiver: Receiver | null) => {
    const exporter = all.use(await Exporter.start(receiver?.url ?? null, ...args));
    running.push({ name, exporter, receiver });
  };
  await start(NOBODY, null);
  for (const [name, make] of RECEIVERS) if (names.includes(name)) await start(name, all.use(await make()));
  await delay(SETTLE_MS);
  for (const { exporter } of running) exporter.startCounting();
  await traffic();
  for (const { exporter } of running) exporter.stopCounting();
  return await Promise.all(running.map(async ({ name, exporter, receiver }) => {
    const told = await exporter.ended();
    return { name, told, delivered: receiver?.records() ?? 0 };
  }));
}

/** Connections that come and go, from an executable that nothing else on the machine is called after: its ends, in the end. */
async function churned(
  names: readonly string[],
  seconds: number,
  rate: number | null,
): Promise<{ readonly ended: number; readonly found: Outcome[] }> {
  const exe = `wl${Deno.pid}`, paced = rate === null ? [] : ["--rate", rate];
  const found: Outcome[] = [];
  let ended = 0;
  found.push(
    ...await runs(names, ["--filter", `exe=${exe}`], async () => {
      await using load = await Workload.startNamed(exe, "churn", "--bytes", BYTES, "--seconds", seconds, ...paced);
      await delay(seconds * 1000);
      const { client, server } = await load.until("done");
      ended = client.connections + server.connections;
      await delay(SETTLE_MS);
    }),
  );
  return { ended, found };
}

const number = (value: number) => value.toLocaleString("en");

function tableOf(found: readonly Outcome[], ended: number | null): Table {
  const titles = ["Receiver", "Samples", "Longest gap, ms", "Memory, MB", "Peak, MB", "CPU, s"];
  const account = ["Ended", "Delivered", "Told as lost", "Neither", "Lost before", "health.otlp_lost"];
  return {
    titles: [...titles, ...ended === null ? [] : account],
    rows: found.map(({ name, delivered, told }) => [
      name,
      number(told.samples),
      number(told.longestGapMs),
      digits(told.middleMb),
      digits(told.peakMb),
      digits(told.cpuSeconds),
      ...ended === null ? [] : name === NOBODY ? [number(ended), "-", "-", "-", number(told.lostBefore), "-"] : [
        number(ended),
        number(delivered),
        number(told.lostRecords),
        number(ended - delivered - told.lostRecords),
        number(told.lostBefore),
        number(told.healthLost),
      ],
    ]),
  };
}

const isExact = (found: readonly Outcome[], ended: number) =>
  found.every(({ name, delivered, told }) => name === NOBODY || delivered + told.lostRecords === ended);

/** How the run that sends compares with the one that does not. */
function against(found: readonly Outcome[]): string {
  const of = (wanted: string) => found.find(({ name }) => name === wanted)!.told, sends = of(GOOD), alone = of(NOBODY);
  return `Sending takes ${digits(sends.cpuSeconds / alone.cpuSeconds)} times the CPU, and ${
    digits(sends.peakMb - alone.peakMb)
  } MB more.`;
}

async function measure(part: Part, { minutes, rate }: Settings): Promise<boolean> {
  const seconds = Math.round(minutes * 60);
  progress(`${part}, ${seconds} s`);
  let isRight = true;
  const say = (heading: string, ...lines: readonly string[]) =>
    console.log([`### ${heading}`, "", ...lines, ""].join("\n"));
  if (part === "idle") {
    await using _held = await hold(IDLE_SOCKETS);
    const found = await runs([GOOD], [], () => delay(seconds * 1000).then(() => {}));
    say(`${number(IDLE_SOCKETS)} idle, ${seconds} s`, ...tableLines(tableOf(found, null)), "", against(found));
  } else {
    const isAll = part === "trouble", names = isAll ? RECEIVERS.map(([name]) => name) : [GOOD];
    const { ended, found } = await churned(names, seconds, isAll ? rate : null);
    isRight = isExact(found, ended);
    const heading = isAll ? `Receivers in trouble, ${rate} connections a second` : "Short connections flat out";
    say(`${heading}, ${seconds} s`, ...tableLines(tableOf(found, ended)), "", against(found));
    for (const { name, told } of found) if (told.stderr !== "") progress(`${name}: ${told.stderr.trim()}`);
  }
  return isRight;
}

async function main(): Promise<number> {
  if (Deno.args.includes("--help") || Deno.args.includes("-h")) return console.log(HELP), 0;
  const settings = parse(Deno.args);
  if (typeof settings === "string") return console.error(`bench: ${settings}. See --help`), 2;
  let isRight = true;
  for (const part of settings.parts) isRight = await measure(part, settings) && isRight;
  console.log(`Load average at the end ${loadAverage().toFixed(2)}.`);
  return isRight ? 0 : 1;
}

Deno.exit(await main());
