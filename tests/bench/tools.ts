/** The tools that are measured side by side, each as a user would run it in a terminal-less session. */

export interface Tool {
  readonly name: string;
  readonly command: readonly string[];
  /** Connection ends (two a connection on loopback) that its output accounts for; null: it does not count connections. */
  readonly endsSeen: ((output: string, pids: ReadonlySet<number>) => number) | null;
  /** Payload bytes, in and out, of ended connections; null: it does not say. */
  readonly bytesSeen: ((output: string, pids: ReadonlySet<number>) => number) | null;
}

const root = new URL("../../", import.meta.url).pathname;

function tcptop(...options: string[]): string[] {
  const bin = Deno.env.get("TCPTOP_BIN");
  return bin ? [bin, ...options] : [`${root}scripts/run`, ...options];
}

interface Flow {
  readonly closed: boolean;
  readonly pid: number | null;
  readonly rx_bytes: number;
  readonly tx_bytes: number;
}

/** Sums over the flows of these processes that ended, in every sample of an NDJSON stream. */
function sumClosed(output: string, pids: ReadonlySet<number>, of: (flow: Flow) => number): number {
  let sum = 0;
  for (const line of output.split("\n").filter((line) => line.endsWith("}"))) {
    const { flows } = JSON.parse(line) as { flows: readonly Flow[] };
    for (const flow of flows) if (flow.closed && pids.has(flow.pid ?? -1)) sum += of(flow);
  }
  return sum;
}

/** tcplife counts the FIN as a byte, in KB with three digits behind the point: its bytes are not compared. */
const tcplifeEnds = (output: string, pids: ReadonlySet<number>) =>
  output.split("\n").filter((line) => pids.has(parseInt(line))).length;

export const TOOLS: readonly Tool[] = [
  {
    name: "tcptop",
    command: tcptop("--batch", "--limit", "50"),
    endsSeen: (output) => [...output.matchAll(/(\d+) closed \|/g)].reduce((sum, [, n]) => sum + Number(n), 0),
    bytesSeen: null,
  },
  {
    name: "tcptop --json",
    command: tcptop("--json"),
    endsSeen: (output, pids) => sumClosed(output, pids, () => 1),
    bytesSeen: (output, pids) => sumClosed(output, pids, (flow) => flow.rx_bytes + flow.tx_bytes),
  },
  { name: "tcplife", command: ["/usr/sbin/tcplife"], endsSeen: tcplifeEnds, bytesSeen: null },
  { name: "nethogs", command: ["nethogs", "-t", "-a", "-d", "1"], endsSeen: null, bytesSeen: null },
  { name: "iftop", command: ["iftop", "-t", "-n", "-N", "-i", "lo"], endsSeen: null, bytesSeen: null },
  {
    name: "ss each second",
    command: ["bash", "-c", "while :; do ss -tinpOH; sleep 1; done"],
    endsSeen: null,
    bytesSeen: null,
  },
  {
    name: "bpftrace",
    command: ["bpftrace", "-e", "tracepoint:sock:inet_sock_set_state /args->newstate == 7/ { @[comm] = count(); }"],
    endsSeen: (output) => [...output.matchAll(/^@\[.*\]: (\d+)$/gm)].reduce((sum, [, n]) => sum + Number(n), 0),
    bytesSeen: null,
  },
];
