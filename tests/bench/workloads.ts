/** The loads that the tools are measured under. */

export interface Outcome {
  /** What the load itself achieved, more is better; null where it only holds connections. */
  readonly figure: number | null;
  /** Truth: ends and payload bytes, both ends, of the connections that ended. */
  readonly ends: number;
  readonly bytes: number;
  /** The processes that made them. */
  readonly pids: ReadonlySet<number>;
}

export interface Workload {
  readonly name: string;
  readonly unit: string;
  /** Arguments of the workload program. */
  readonly options: readonly string[];
  /** Seconds to hold it once it is ready; 0: it ends by itself. */
  readonly holdSeconds: number;
  readonly outcome: (done: Record<string, unknown>) => Outcome;
}

interface Side {
  readonly pid: number;
  readonly connections: number;
  readonly sent: number;
  readonly read: number;
}

function connections(done: Record<string, unknown>): Outcome {
  const sides = [done.server as Side, done.client as Side];
  return {
    figure: Number(done.perSecond),
    ends: sides.reduce((sum, { connections }) => sum + connections, 0),
    bytes: sides.reduce((sum, { sent, read }) => sum + sent + read, 0),
    pids: new Set(sides.map(({ pid }) => pid)),
  };
}

const none = { ends: 0, bytes: 0, pids: new Set<number>() };
const figure = (key: string) => (done: Record<string, unknown>) => ({ ...none, figure: Number(done[key]) });
const nothing = () => ({ ...none, figure: null });

function held(count: number): Workload {
  return {
    name: `${count} idle connections`,
    unit: "",
    options: ["hold", "--count", String(count / 2), "--tx", "101", "--rx", "53"],
    holdSeconds: 10,
    outcome: nothing,
  };
}

export function workloads(seconds: number): Workload[] {
  const run = (name: string, unit: string, options: string[], outcome: Workload["outcome"]): Workload => ({
    name,
    unit,
    options: [...options, "--seconds", String(seconds)],
    holdSeconds: 0,
    outcome,
  });
  return [
    held(500),
    held(2000),
    held(10000),
    run("churn 2,000/s", "connections/s", ["churn", "--bytes", "503", "--rate", "2000"], connections),
    run("churn flat out", "connections/s", ["churn", "--bytes", "503"], connections),
    run("bulk", "bytes/s", ["bulk"], figure("bytesPerSecond")),
    run("request-response", "transactions/s", ["pingpong"], figure("perSecond")),
    run("UDP flood", "datagrams/s", ["udpflood", "--bytes", "17"], figure("perSecond")),
  ];
}
