/** What the programs in the kernel are run for, and how long they take, as the kernel itself measures it. */
import { digits, type Goal } from "../markdown.ts";
import { kernelTime, type ProgramTime } from "../kernel_time.ts";
import { PROGRAM } from "../live.ts";
import { LIMITED, type Tool, tools } from "../tools.ts";
import { type Workload, workloads } from "../workloads.ts";
import { type Found, progress, type Scale } from "./part.ts";

const WITNESS = "tcp_witness", MOST_CALLS = 6;
/** Programs that run for a packet, or a change of state, and not for each tick. */
const OF_PACKETS = /^udp_(?:in|out)/;

/** Packets on this namespace's loopback device so far, as programs see them: one for each skb, however many segments it has. Not
 * from /sys, which shows the devices of the namespace that it was mounted in. */
function packets(): number {
  const received = /^\s*lo:\s*\d+\s+(\d+)/m.exec(Deno.readTextFileSync("/proc/net/dev"))?.[1];
  if (received === undefined) throw new Error("no loopback device in /proc/net/dev");
  return Number(received);
}

interface Measured {
  readonly load: Workload;
  readonly times: readonly ProgramTime[];
  readonly packets: number;
}

async function measure(tool: Tool, load: Workload): Promise<Measured> {
  progress(`${load.name}, time in the kernel`);
  const before = packets(), times = await kernelTime(tool, load);
  return { load, times, packets: packets() - before };
}

/** The table of sockets, which hardened kernels are followed by, and its witness, wherever this runs. */
function witness({ times }: Measured): Goal {
  const found = times.find(({ program }) => program === WITNESS), what = "the sockets' witness: calls a connection";
  if (found === undefined) return { what, seen: "it did not run", goal: `at most ${MOST_CALLS}`, met: null };
  const calls = found.runs / found.amount;
  return {
    what,
    seen: `${digits(calls)}, ${digits(found.ns / found.amount)} ns`,
    goal: `at most ${MOST_CALLS}, or half of its time`,
    met: calls <= MOST_CALLS ? true : null,
  };
}

function aPacket({ load, times, packets }: Measured): Goal {
  const own = times.filter(({ program }) => OF_PACKETS.test(program));
  const sum = (of: "runs" | "ns") => own.reduce((all, one) => all + one[of], 0);
  return {
    what: `${load.name}: runs of our programs, and time, a TCP packet`,
    seen: `${digits(sum("runs") / packets)}, ${digits(sum("ns") / packets)} ns`,
    goal: "none, else the cheapest",
    met: sum("runs") < packets / 1000 ? true : null,
  };
}

export async function inKernel({ loadSeconds }: Scale): Promise<Found> {
  const tool = tools(PROGRAM).find(({ name }) => name === LIMITED)!;
  const table = { ...tool, command: ["env", "TCPTOP_SOCKETS=table", ...tool.command] };
  const load = (name: string) => workloads(loadSeconds).find((load) => load.name === name)!;
  const churned = await measure(table, load("churn flat out"));
  const moved = [await measure(tool, load("bulk")), await measure(tool, load("request-response"))];
  return {
    goals: [witness(churned), ...moved.map(aPacket)],
    table: {
      titles: ["Load", "Program", "Runs", "ns a run", "ns a unit", "Unit"],
      rows: [churned, ...moved].flatMap(({ times }) =>
        times.filter(({ runs, amount, program }) => runs > amount / 100 || program === "all").map((one) => [
          one.load,
          one.program,
          String(one.runs),
          digits(one.ns / one.runs),
          digits(one.ns / one.amount),
          one.unit,
        ])
      ),
    },
    notes: [
      "Connections are followed by the table of sockets in the first load, by whatever fits the kernel in the others.",
    ],
  };
}
