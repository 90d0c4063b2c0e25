/** A flood to a closed port: the kernel throws each datagram away and tcptop counts it, with its reason. What that takes more, and whether all are there. */
import { compiled } from "../../support/compiled.ts";
import { lines } from "../../support/lines.ts";
import { Netns } from "../../support/netns.ts";
import { execute } from "../../support/tcptop.ts";
import { digits } from "../markdown.ts";
import { PROGRAM } from "../live.ts";
import { pairedRatio } from "../statistics.ts";
import { inPairs } from "./datagrams.ts";
import { intervalText } from "./interval.ts";
import { type Found, progress, type Scale } from "./part.ts";

const RATE = 300_000, FIRST = "10.9.0.1/24", SECOND = "10.9.0.2/24";

interface Flooded {
  readonly frames: number;
  readonly cpu_ns: number;
  readonly ns: number;
}

interface Reason {
  readonly reason: string;
  readonly packets: number;
}

async function run(...line: string[]): Promise<string> {
  const { code, stdout, stderr } = await execute(line);
  if (code !== 0) throw new Error(`${line.join(" ")}: ${stderr}`);
  return stdout;
}

async function joined(from: Netns, to: Netns): Promise<void> {
  await run("ip", "-n", from.name, "link", "add", "v", "type", "veth", "peer", "name", "v", "netns", to.name);
  for (const [{ name }, address] of [[from, FIRST], [to, SECOND]] as const) {
    await run("ip", "-n", name, "addr", "add", address, "dev", "v");
    await run("ip", "-n", name, "link", "set", "v", "up");
  }
}

/** Datagrams that came for a port that nobody listens to, as the kernel of that namespace counts them. */
async function noPorts(netns: Netns): Promise<number> {
  const text = await run("ip", "netns", "exec", netns.name, "nstat", "-asz", "UdpNoPorts");
  return Number(/^UdpNoPorts\s+(\d+)/m.exec(text)![1]);
}

/** How many were told as dropped for want of a socket while `load` ran, by a run of its own. */
async function told(load: () => Promise<unknown>): Promise<number> {
  const process = new Deno.Command(PROGRAM, {
    args: ["--json", "-l", "1"],
    stdout: "piped",
    stderr: "null",
    stdin: "null",
  }).spawn();
  let begun: Promise<unknown> | null = null, sum = 0;
  for await (const line of lines(process.stdout)) {
    const { totals: { dropped } } = JSON.parse(line) as { totals: { dropped: Reason[] | null } };
    for (const { reason, packets } of dropped ?? []) if (reason === "no_socket") sum += packets;
    begun ??= load().then(() => setTimeout(() => process.kill("SIGINT"), 2000));
  }
  await begun;
  await process.status;
  return sum;
}

export async function closedPort({ pairs, loadSeconds }: Scale): Promise<Found> {
  progress("flood to a closed port, in pairs");
  const program = await compiled("raw_flood", [new URL("../raw_flood.c", import.meta.url)]);
  await using from = await Netns.make(), to = await Netns.make();
  await joined(from, to);
  const mac = /link\/ether (\S+)/.exec(await run("ip", "-n", to.name, "-o", "link", "show", "v"))![1];
  const floods: Flooded[] = [];
  const flood = async () => {
    const line = ["ip", "netns", "exec", from.name, program, "v", mac, String(loadSeconds)];
    const found = JSON.parse(await run(...line)) as Flooded;
    floods.push(found);
    return found.cpu_ns / found.frames;
  };
  const figures = await inPairs(pairs, flood), found = pairedRatio(figures);
  const rate = Math.min(...floods.map(({ frames, ns }) => frames / ns * 1e9));
  const before = await noPorts(to), seen = await told(flood), came = await noPorts(to) - before;
  const mean = (at: 0 | 1) => figures.reduce((sum, one) => sum + one[at], 0) / figures.length;
  return {
    goals: [{
      what: "flood to a closed port: slowest rate; CPU a datagram with the screen against without",
      seen: `${Math.round(rate).toLocaleString("en")}/s; ${intervalText(found)}`,
      goal: `${RATE.toLocaleString("en")}/s`,
      met: rate >= RATE,
    }, {
      what: "datagrams to it told as dropped, of those that the kernel counts",
      seen: `${seen.toLocaleString("en")} of ${came.toLocaleString("en")}`,
      goal: "all",
      met: seen === came,
    }],
    notes: [
      `A datagram takes ${digits(mean(0))} ns from sendmmsg() to its end without tcptop, ${
        digits(mean(1))
      } with its screen.`,
    ],
  };
}
