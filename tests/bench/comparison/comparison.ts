/** scripts/comparison [--seconds N] [--docs]: the same minute through six tools. */
import { Tmux } from "../../support/tmux.ts";
import { tcptop } from "../../support/tcptop.ts";
import { between, type Table, tableLines } from "../markdown.ts";
import { oneEnd } from "../measure.ts";
import { exists } from "../tools.ts";
import { plainScreen } from "./plain_screen.ts";
import { loadAverage } from "../threads.ts";
import type { Running } from "../goals/subjects.ts";
import {
  type End,
  type Said,
  saidByBandwhich,
  saidByIftop,
  saidByNethogs,
  saidByRustnet,
  saidByTcplife,
  saidByTcptop,
} from "./said.ts";
import {
  DEVICE,
  type Download,
  DOWNLOADS,
  logged,
  Network,
  PORT,
  serve,
  SERVER,
  type Traffic,
  traffic,
} from "./traffic.ts";

/** Run twice: as users look at it, and so that it tells what it has seen. Both inside the server's network namespace, but for those that see
 * all of them. */
interface Tool {
  readonly name: string;
  readonly screen: readonly string[];
  readonly counts: readonly string[];
  readonly reads: (text: string) => Said;
  readonly everywhere: boolean;
}

const COLUMNS = 110, ROWS = 24;
const BIN = new URL("../../../build/bench-tools/bin/", import.meta.url).pathname;
const SETTLE_SECONDS = 6, AFTER_SECONDS = 4;

function tools(): Tool[] {
  const rustnet = [`${BIN}rustnet`, "-i", DEVICE, "--no-resolve-dns", "--no-geoip"];
  const bandwhich = [`${BIN}bandwhich`, "--no-resolve", "--interface", DEVICE];
  const iftop = ["iftop", "-n", "-N", "-P", "-B", "-i", DEVICE];
  return [
    {
      name: "tcptop",
      screen: tcptop(["--no-resolve", "--filter", `local:${SERVER} or remote:${SERVER}`]),
      counts: tcptop(["--events", "--json"]),
      reads: (text) => saidByTcptop(text, PORT, SERVER),
      everywhere: true,
    },
    {
      name: "rustnet",
      screen: rustnet,
      counts: [...rustnet, "--headless", "--refresh-interval", "1000"],
      reads: (text) => saidByRustnet(text, PORT),
      everywhere: false,
    },
    {
      name: "bandwhich",
      screen: bandwhich,
      counts: [...bandwhich, "--raw", "--total-utilization"],
      reads: (text) => saidByBandwhich(text, PORT),
      everywhere: false,
    },
    {
      name: "nethogs",
      screen: ["nethogs", "-v", "2", DEVICE],
      counts: ["nethogs", "-t", "-v", "2", DEVICE],
      reads: saidByNethogs,
      everywhere: false,
    },
    {
      name: "iftop",
      screen: iftop,
      counts: [...iftop, "-t", "-L", "400"],
      reads: saidByIftop,
      everywhere: false,
    },
    {
      name: "tcplife",
      screen: ["/usr/sbin/tcplife", "-L", String(PORT)],
      counts: ["/usr/sbin/tcplife"],
      reads: (text) => saidByTcplife(text, PORT, SERVER),
      everywhere: true,
    },
  ];
}

const delay = (seconds: number) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));
const quoted = (words: readonly string[]) => words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");

/** What it writes is in a file. It is interrupted, and killed where it does not end by that. */
function counting(command: readonly string[], file: string): Running {
  const process = new Deno.Command("bash", { args: ["-c", 'exec "$@" >"$0" 2>&1', file, ...command], stdin: "null" })
    .spawn();
  return {
    pid: process.pid,
    async [Symbol.asyncDispose]() {
      const killer = setTimeout(() => process.kill("SIGKILL"), 15000);
      try {
        process.kill("SIGINT");
      } catch { /* it has ended */ }
      await process.status;
      clearTimeout(killer);
    },
  };
}

/** tcptop's events tell that they are on by the first connection that ends: it is shown some. */
async function untilTold(file: string): Promise<void> {
  const begun = performance.now();
  while ((await Deno.stat(file).catch(() => ({ size: 0 }))).size === 0) {
    if (performance.now() - begun > 30_000) throw new Error("tcptop tells of nothing");
    await oneEnd();
    await delay(0.05);
  }
}

/** Not by the end of its terminal: rustnet goes on without one. */
function ended(pid: number): void {
  try {
    Deno.kill(pid, "SIGKILL");
  } catch { /* it has ended */ }
}

const captured = async (terminal: Tmux) =>
  plainScreen(await terminal.run("capture-pane", "-p", "-e")).split("\n").slice(0, -1);

interface Seen {
  readonly tool: Tool;
  readonly screen: readonly string[];
  readonly said: Said;
}

const isThere = ({ screen }: Tool) => !screen[0].startsWith("/") || exists(screen[0]);

async function look(network: Network, folder: string, seconds: number): Promise<{ seen: Seen[]; real: Traffic }> {
  const all = tools().filter(isThere), screens = new Map<string, string[]>();
  const line = (tool: Tool, command: readonly string[]) =>
    tool.everywhere ? command : network.in(network.server, command);
  await using stack = new AsyncDisposableStack();
  stack.use(await serve(network, folder));
  const counters: Running[] = [];
  for (const tool of all) {
    const file = `${folder}/${tool.name}`;
    counters.push(stack.use(counting(line(tool, tool.counts), file)));
    if (tool.name === "tcptop") await untilTold(file);
  }
  const terminals = new Map<string, Tmux>();
  for (const tool of all) {
    const command = `TERM=xterm-256color exec ${quoted(line(tool, tool.screen))}`;
    const terminal = stack.use(await Tmux.start(COLUMNS, ROWS, command));
    const pid = Number(await terminal.run("display-message", "-p", "#{pane_pid}"));
    stack.defer(() => ended(pid));
    terminals.set(tool.name, terminal);
  }
  await delay(SETTLE_SECONDS);
  const real = await traffic(network, seconds, async () => {
    for (const [name, terminal] of terminals) {
      screens.set(name, await captured(terminal).catch(({ message }) => [message]));
    }
  });
  await delay(AFTER_SECONDS);
  for (const counter of counters) await counter[Symbol.asyncDispose]();
  const seen: Seen[] = [];
  for (const tool of all) {
    const said = tool.reads(await Deno.readTextFile(`${folder}/${tool.name}`));
    seen.push({ tool, screen: screens.get(tool.name)!, said });
  }
  return { seen, real };
}

const number = (value: number | null) => value === null ? "-" : value.toLocaleString("en");
const end = ({ connections, named, sent, received }: End) => [connections, named, sent, received].map(number);

/** Client's and server's own count, which must be the same. */
async function truth(folder: string, { short, long }: Traffic): Promise<Said> {
  const sum = (of: (one: Download) => number) => short.reduce((all, one) => all + of(one), 0);
  const client = { received: sum(({ received }) => received), sent: sum(({ sent }) => sent) };
  const server = await logged(folder, "page"), whole = await logged(folder, "long");
  const same = server.count === DOWNLOADS && server.sent === client.received && server.read === client.sent &&
    whole.sent === long.received;
  if (!same) throw new Error(`curl and nginx differ: ${JSON.stringify({ client, server, long, whole })}`);
  const both = { connections: DOWNLOADS, named: DOWNLOADS };
  return {
    server: { ...both, sent: server.sent, received: server.read },
    client: { ...both, sent: client.sent, received: client.received },
    long: whole.sent,
    about: "by nginx's log and curl's `--write-out`, which agree",
  };
}

function table(real: Said, seen: readonly Seen[]): Table {
  const row = (name: string, { server, client, long, about }: Said) => [
    name,
    ...end(server),
    ...end(client),
    number(long),
    about,
  ];
  return {
    titles: [
      "",
      ...["server's ends", "as nginx", "sent", "received"],
      ...["clients' ends", "as curl", "sent", "received"],
      "the long one",
      "its bytes are",
    ],
    rows: [row("what happened", real), ...seen.map(({ tool, said }) => row(tool.name, said))],
  };
}

/** Without empty lines: behind one, an indented line would be a block of its own in Markdown without the fence. */
function picture({ tool, screen }: Seen): string[] {
  const lines = screen.map((line) => line.trimEnd()).filter((line) => line !== "");
  return [`### ${tool.name}`, "", "```text", ...lines, "```", ""];
}

async function main(): Promise<void> {
  const args = [...Deno.args], at = args.indexOf("--seconds"), seconds = at < 0 ? 50 : Number(args[at + 1]);
  if (!(seconds >= 1 && seconds <= 600)) throw new Error("--seconds is 1 to 600");
  const folder = await Deno.makeTempDir({ prefix: "tcptop-comparison-" });
  try {
    await using network = await Network.make();
    const { seen, real } = await look(network, folder, seconds);
    const lines = [
      "",
      `${new Date().toISOString().slice(0, 10)}, load average ${
        loadAverage().toFixed(2)
      } on ${navigator.hardwareConcurrency} cores:`,
      "",
      ...tableLines(table(await truth(folder, real), seen)),
      "",
      ...tools().filter((tool) => !isThere(tool)).flatMap(({ name }) => [
        `${name} is not there: \`./scripts/bench tools\` builds it.`,
        "",
      ]),
      ...seen.flatMap(picture),
    ];
    console.log(lines.join("\n"));
    if (!args.includes("--docs")) return;
    const page = new URL("../../../docs/comparison.md", import.meta.url).pathname;
    await Deno.writeTextFile(page, between(await Deno.readTextFile(page), "measured", lines));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

await main();
