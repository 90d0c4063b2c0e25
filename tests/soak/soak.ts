/** soak.ts MINUTES FILE: see scripts/soak. Figures go to FILE as tab-separated values; exit status 1 if something grew. */
import { lines } from "../support/lines.ts";
import { Tmux } from "../support/tmux.ts";
import { slope } from "./slope.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const WORKLOAD = `${ROOT}build/workload`;
const OF_PROCESS = ["resident", "heap", "kernel-maps", "descriptors", "threads"] as const;
const TITLES = ["seconds", ...OF_PROCESS, ...OF_PROCESS.map((title) => `screen-${title}`), "flows", "lost"];
/** What may add up to so much before it is called growth: MiB, or pieces. */
const LEAST = { resident: 4, heap: 4, "kernel-maps": 0.1, descriptors: 2, threads: 2 } as const;
/** Sizes and keys that a live screen goes through, one of each a round; they end where they began: sorted by rate, no group. */
const SIZES = [[120, 40], [80, 24], [200, 50], [40, 10]] as const;
const KEYS = [["g", "g", "g", "g", "g"], ["Enter", "Escape"], ["/", "w", "l", "Enter", "/", "Escape"], ["?", "?"], [
  "a",
  "a",
], ["t", "t"]] as const;
type Figures = readonly number[];

interface Sample {
  readonly totals: { readonly flows: number };
  readonly health: { readonly events_lost: number };
}

const minutes = Number(Deno.args[0]), file = Deno.args[1];
const begun = performance.now();
const elapsed = () => (performance.now() - begun) / 1000;
const over = () => elapsed() > minutes * 60;

async function load(...args: string[]): Promise<void> {
  const child = new Deno.Command(WORKLOAD, { args, stdin: "null", stdout: "null", stderr: "null" }).spawn();
  await child.status;
}

async function ip(...args: string[]): Promise<void> {
  await new Deno.Command("ip", { args, stdout: "null", stderr: "null" }).output();
}

/** A namespace of our own, by a name that holds our pid. */
async function inNamespace(round: number): Promise<void> {
  const name = `tcptop-soak-${Deno.pid}-${round}`;
  await ip("netns", "add", name);
  await ip("-n", name, "link", "set", "lo", "up");
  const netns = `/run/netns/${name}`;
  await load("short", "--count", "501", "--bytes", "101", "--server-netns", netns, "--client-netns", netns);
  await ip("netns", "del", name);
}

async function use(screen: Tmux, round: number): Promise<void> {
  const [columns, rows] = SIZES[round % SIZES.length];
  await screen.run("resize-window", "-x", String(columns), "-y", String(rows));
  await screen.type(...KEYS[round % KEYS.length]);
}

async function changingLoad(screen: Tmux): Promise<void> {
  for (let round = 0; !over(); round++) {
    await load("short", "--count", "5003", "--bytes", "503");
    await load("hold", "--count", "307", "--tx", "1009", "--rx", "503");
    await load("udp", "--flows", "211", "--datagrams", "7", "--bytes", "101");
    await load("oneshot-tcp", "--count", "101", "--bytes", "53");
    await load("oneshot-udp", "--count", "101", "--bytes", "53");
    await load("churn", "--seconds", "3", "--rate", "1000", "--bytes", "101");
    await inNamespace(round);
    await use(screen, round);
  }
}

/** MiB that the kernel holds for the maps of process `pid`: the descriptors of BPF maps say it themselves. */
function mapMemory(pid: number): number {
  let bytes = 0;
  for (const { name } of Deno.readDirSync(`/proc/${pid}/fdinfo`)) {
    try {
      bytes += Number(/^memlock:\s+(\d+)/m.exec(Deno.readTextFileSync(`/proc/${pid}/fdinfo/${name}`))?.[1] ?? 0);
    } catch {
      continue; // closed meanwhile
    }
  }
  return bytes / 2 ** 20;
}

/** MiB, by its name in /proc/PID/status. */
function memory(pid: number, name: string): number {
  return Number(new RegExp(`${name}:\\s+(\\d+)`).exec(Deno.readTextFileSync(`/proc/${pid}/status`))?.[1] ?? 0) / 1024;
}

const count = (folder: string) => [...Deno.readDirSync(folder)].length;

function held(pid: number): Figures {
  return [
    memory(pid, "VmRSS"),
    memory(pid, "RssAnon"), // both heaps and what the shim holds, without the pages of the executable
    mapMemory(pid),
    count(`/proc/${pid}/fd`),
    count(`/proc/${pid}/task`),
  ];
}

/** Sentences about what grew over the last two thirds: a slope of more than three standard errors that adds up to something. */
function grown(rows: readonly Figures[]): string[] {
  const settled = rows.filter(([seconds]) => seconds > minutes * 20);
  const found: string[] = [];
  for (const title of TITLES.slice(1, 1 + 2 * OF_PROCESS.length)) {
    const column = TITLES.indexOf(title), bound = LEAST[title.replace("screen-", "") as keyof typeof LEAST];
    const { slope: perSecond, error } = slope(settled.map((row) => [row[0], row[column]] as const));
    const total = perSecond * minutes * 40;
    console.log(`${title}: ${(perSecond * 3600).toFixed(3)} +- ${(error * 3600).toFixed(3)} an hour`);
    if (perSecond > 3 * error && total > bound) found.push(`${title} grew by ${total.toFixed(2)}`);
  }
  const lost = rows.at(-1)?.[TITLES.indexOf("lost")] ?? 0;
  if (lost > 0) found.push(`${lost} records were lost`);
  return found;
}

const program = Deno.env.get("TCPTOP_BIN") ?? `${ROOT}scripts/run`;
const child = new Deno.Command(program, { args: ["--json", "--limit", "50"], stdin: "null", stdout: "piped" }).spawn();
const screen = await Tmux.start(120, 40, `exec ${program}`);
await screen.until("the live screen", (shown) => shown.some((line) => line.includes("q quit")));
const screenPid = Number(await screen.run("display-message", "-p", "#{pane_pid}"));
const loading = changingLoad(screen);
const rows: Figures[] = [];
for await (const line of lines(child.stdout)) {
  const { totals, health }: Sample = JSON.parse(line);
  rows.push([elapsed(), ...held(child.pid), ...held(screenPid), totals.flows, health.events_lost]);
  if (over()) break;
}
child.kill("SIGTERM");
await Promise.all([child.status, loading]);
await screen[Symbol.asyncDispose]();
await Deno.writeTextFile(file, [TITLES, ...rows].map((row) => row.join("\t")).join("\n") + "\n");
const findings = grown(rows);
for (const finding of findings) console.error(`soak: ${finding}`);
console.log(`${rows.length} samples in ${minutes} minutes, ${findings.length} findings`);
Deno.exitCode = findings.length === 0 ? 0 : 1;
