/** The loads that the tools are measured under, and what is true of each. */

/** What a tool is to have seen. */
export interface Truth {
  /** The processes that made it, and the ports that their listeners had. */
  readonly pids: ReadonlySet<number>;
  readonly ports: ReadonlySet<number>;
  /** Flows (two a connection on loopback) that were open while it was held. */
  readonly flows: number;
  /** Ends and payload bytes, both ends, of the connections that ended. */
  readonly ends: number;
  readonly bytes: number;
  /** Where it is known of each end by itself: who has it, by its ports (see endKey()). */
  readonly owners: ReadonlyMap<string, ReadonlySet<number>> | null;
}

export interface Outcome {
  /** What the load itself achieved, more is better; null where it only holds connections. */
  readonly figure: number | null;
  /** How many of what the unit says that was. */
  readonly amount: number;
  readonly truth: Truth;
}

export interface Workload {
  readonly name: string;
  /** Of `figure`, an amount a second; empty: it only holds connections. */
  readonly unit: string;
  /** Arguments of the workload program, and how many of it run side by side. */
  readonly options: readonly string[];
  readonly copies: number;
  /** Seconds to hold it once it is ready; 0: it ends by itself. */
  readonly holdSeconds: number;
  readonly outcome: (lines: Lines) => Outcome;
}

interface Side {
  readonly pid: number;
  readonly connections: number;
  readonly sent: number;
  readonly read: number;
}

/** The fields of the workload program's lines, later ones over earlier ones. */
export interface Lines {
  readonly phase?: string;
  readonly server: Side;
  readonly client: Side;
  readonly port: number;
  readonly listeners?: readonly { readonly port: number }[];
  readonly [field: string]: unknown;
}

/** Of loads side by side. */
export function together(outcomes: readonly Outcome[]): Outcome {
  const [first, ...others] = outcomes;
  return others.reduce(({ figure, amount, truth }, other) => ({
    figure,
    amount: amount + other.amount,
    truth: {
      ...truth,
      pids: truth.pids.union(other.truth.pids),
      ports: truth.ports.union(other.truth.ports),
      flows: truth.flows + other.truth.flows,
    },
  }), first);
}

export const endKey = (localPort: number, remotePort: number) => `${localPort} ${remotePort}`;

function truth({ server, client, port, listeners }: Lines): Truth {
  return {
    pids: new Set([server, client].filter((side) => side).map(({ pid }) => pid)),
    ports: new Set(listeners?.map(({ port }) => port) ?? [port]),
    flows: 0,
    ends: 0,
    bytes: 0,
    owners: null,
  };
}

function connections(lines: Lines): Outcome {
  const sides = [lines.server, lines.client];
  const ends = sides.reduce((sum, { connections }) => sum + connections, 0);
  const bytes = sides.reduce((sum, { sent, read }) => sum + sent + read, 0);
  return { figure: Number(lines.perSecond), amount: ends / 2, truth: { ...truth(lines), ends, bytes } };
}

/** Each client is a process of its own, with one connection. */
function processes(lines: Lines): Outcome {
  const { server, port, pids, ports, bytes, completed, elapsedNs } = lines as
    & Lines
    & {
      readonly [name in "pids" | "ports"]: readonly number[];
    };
  const owners = new Map<string, Set<number>>();
  const own = (key: string, pid: number) => owners.set(key, (owners.get(key) ?? new Set()).add(pid));
  pids.forEach((pid, i) => {
    own(endKey(ports[i], port), pid);
    own(endKey(port, ports[i]), server.pid);
  });
  const count = Number(completed), known = truth(lines);
  return {
    figure: count / Number(elapsedNs) * 1e9,
    amount: count,
    truth: {
      ...known,
      pids: new Set([...pids, server.pid]),
      ends: 2 * count,
      bytes: 4 * count * Number(bytes),
      owners,
    },
  };
}

function rate(figure: string, amount: string): Workload["outcome"] {
  return (lines) => ({ figure: Number(lines[figure]), amount: Number(lines[amount]), truth: truth(lines) });
}

/** A connection takes a descriptor in two processes, and 20,000 are what root without CAP_SYS_RESOURCE may be left with. */
const HELD_BY_ONE = 12500;

function held(ends: number, seconds: number): Workload {
  const copies = Math.ceil(ends / 2 / HELD_BY_ONE), each = ends / 2 / copies;
  return {
    name: `${ends} idle connections`,
    unit: "",
    options: ["hold", "--count", String(each), "--tx", "101", "--rx", "53"],
    copies,
    holdSeconds: seconds,
    outcome: (lines) => ({ figure: null, amount: 2 * each, truth: { ...truth(lines), flows: 2 * each } }),
  };
}

/** Of about the rate that two processors can do, so that it lasts about as long as the others. */
const PROCESSES_PER_SECOND = 1500;

export function workloads(seconds: number): Workload[] {
  const run = (name: string, unit: string, options: string[], outcome: Workload["outcome"]): Workload => ({
    name,
    unit,
    options,
    copies: 1,
    holdSeconds: 0,
    outcome,
  });
  const timed = ["--seconds", String(seconds)], processCount = Math.round(PROCESSES_PER_SECOND * seconds);
  return [
    ...[500, 2000, 10000, 50000].map((count) => held(count, 2.5 * seconds)),
    run("churn 2,000/s", "connections", ["churn", "--bytes", "503", "--rate", "2000", ...timed], connections),
    run("churn flat out", "connections", ["churn", "--bytes", "503", ...timed], connections),
    run("many processes", "processes", ["oneshot-tcp", "--bytes", "503", "--count", String(processCount)], processes),
    run("bulk", "bytes", ["bulk", ...timed], rate("bytesPerSecond", "bytes")),
    run("request-response", "transactions", ["pingpong", ...timed], rate("perSecond", "transactions")),
    run("UDP flood", "datagrams", ["udpflood", "--bytes", "17", ...timed], rate("perSecond", "datagrams")),
  ];
}
