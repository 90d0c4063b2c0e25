/** What a tool's output says it has seen. */
import { endKey, type Truth } from "./workloads.ts";

export interface Seen {
  /** Flows that were open while the load was held, one figure for each time that the tool told; empty: it does not tell. */
  readonly flows: readonly number[];
  /** Ends of connections; null: it does not tell of them. */
  readonly ends: number | null;
  /** Those with the right process; null: it does not tell of single ones. */
  readonly owned: number | null;
  /** Payload bytes, in and out, of the ends; null: it does not tell, or not to the byte. */
  readonly bytes: number | null;
  /** The figures are of all programs on the machine. */
  readonly everybody: boolean;
}

/** When the load was held; null: it ended by itself. */
export type Held = readonly [fromMs: number, toMs: number] | null;

export type Reader = (lines: AsyncIterable<string>, truth: Truth, held: Held) => Promise<Seen>;

export const NOTHING: Seen = { flows: [], ends: null, owned: null, bytes: null, everybody: false };

export const tellsNothing: Reader = async (lines) => {
  for await (const _ of lines);
  return NOTHING;
};

const within = (held: Held, ms: number) => held !== null && held[0] <= ms && ms <= held[1];

interface End {
  readonly pid: number | null;
  readonly localPort: number;
  readonly remotePort: number;
  readonly bytes: number;
}

/** Adds up what belongs to the load. */
class Ends {
  #ends = 0;
  #owned = 0;
  #bytes = 0;

  constructor(readonly truth: Truth) {}

  add({ pid, localPort, remotePort, bytes }: End): void {
    const { ports, pids, owners } = this.truth;
    if (!ports.has(localPort) && !ports.has(remotePort)) return;
    this.#ends++;
    this.#bytes += bytes;
    const right = owners === null ? pids : owners.get(endKey(localPort, remotePort));
    if (pid !== null && right?.has(pid)) this.#owned++;
  }

  get seen(): Pick<Seen, "ends" | "owned" | "bytes"> {
    return { ends: this.#ends, owned: this.#owned, bytes: this.#bytes };
  }
}

interface Document {
  readonly time: string;
  readonly totals: { readonly flows: number; readonly closed: number };
  readonly flows: readonly {
    readonly protocol: string;
    readonly closed: boolean;
    readonly pid: number | null;
    readonly local: { readonly port: number };
    readonly remote: { readonly port: number } | null;
    readonly rx_bytes: number;
    readonly tx_bytes: number;
  }[];
}

/** A stream of tcptop's documents that has every flow. */
export const fromDocuments: Reader = async (lines, truth, held) => {
  const ends = new Ends(truth), open: number[] = [];
  for await (const line of lines) {
    if (!line.endsWith("}")) continue; // the last one, if it was cut short
    const { time, flows } = JSON.parse(line) as Document;
    let count = 0;
    for (const { protocol, closed, pid, local, remote, rx_bytes, tx_bytes } of flows) {
      if (protocol !== "tcp" || remote === null) continue;
      if (closed) ends.add({ pid, localPort: local.port, remotePort: remote.port, bytes: rx_bytes + tx_bytes });
      else if (truth.ports.has(local.port) || truth.ports.has(remote.port)) count++;
    }
    if (within(held, Date.parse(time))) open.push(count);
  }
  return { ...ends.seen, flows: open, everybody: false };
};

/** One that has some flows, and totals of all. */
export const fromTotals: Reader = async (lines, _truth, held) => {
  const open: number[] = [];
  let ends = 0;
  for await (const line of lines) {
    if (!line.endsWith("}")) continue;
    const { time, totals } = JSON.parse(line) as Document;
    ends += totals.closed;
    if (within(held, Date.parse(time))) open.push(totals.flows);
  }
  return { ...NOTHING, flows: open, ends, everybody: true };
};

/** tcptop's events, as documents. */
export const fromEvents: Reader = async (lines, truth) => {
  const ends = new Ends(truth);
  for await (const line of lines) {
    if (!line.endsWith("}")) continue;
    const { event, pid, local, remote, rx_bytes, tx_bytes } = JSON.parse(line);
    if (event !== "closed") continue;
    ends.add({ pid, localPort: local.port, remotePort: remote?.port ?? 0, bytes: rx_bytes + tx_bytes });
  }
  return { ...ends.seen, flows: [], everybody: false };
};

/** TIME closed LOCAL -> REMOTE NAME[PID] ...: sizes have units, so no bytes. */
export const fromEventLines: Reader = async (lines, truth) => {
  const ends = new Ends(truth);
  for await (const line of lines) {
    const match = /^\S+ closed \S+:(\d+) (?:->|<-) \S+:(\d+) +(?:.*?\[(\d+)\])?/.exec(line);
    if (match === null) continue;
    const pid = match[3] === undefined ? null : Number(match[3]);
    ends.add({ pid, localPort: Number(match[1]), remotePort: Number(match[2]), bytes: 0 });
  }
  return { ...ends.seen, bytes: null, flows: [], everybody: false };
};

/** One document at its end, with what it holds then. Its bytes are those of the packets on the wire, headers included. */
export const fromRustnet: Reader = async (lines, truth) => {
  const ends = new Ends(truth);
  for await (const line of lines) {
    if (!line.startsWith("{") || !line.endsWith("}")) continue;
    for (const { protocol, local, remote, process, traffic } of JSON.parse(line).connections) {
      if (protocol !== "TCP") continue;
      const bytes = traffic.bytes_sent + traffic.bytes_received;
      ends.add({ pid: process?.pid ?? null, localPort: local.port, remotePort: remote.port, bytes });
    }
  }
  return { ...ends.seen, flows: [], everybody: false };
};

/** `--raw --total-utilization`: each second each connection with its bytes so far, headers included. It names processes, without their ids. */
export const fromBandwhich: Reader = async (lines, truth) => {
  const bytes = new Map<string, number>();
  for await (const line of lines) {
    const match = /^connection: \S+ <[^>]*>:(\d+) => \S+:(\d+) \(tcp\) up\/down Bps: (\d+)\/(\d+)/.exec(line);
    if (match === null) continue;
    const [localPort, remotePort, up, down] = match.slice(1).map(Number), key = endKey(localPort, remotePort);
    if (truth.ports.has(localPort) || truth.ports.has(remotePort)) {
      bytes.set(key, Math.max(bytes.get(key) ?? 0, up + down));
    }
  }
  const sum = [...bytes.values()].reduce((all, one) => all + one, 0);
  return { ...NOTHING, ends: bytes.size, bytes: bytes.size === 0 ? null : sum, everybody: false };
};

/** PID COMM LADDR LPORT RADDR RPORT TX_KB RX_KB MS. The KB have three digits behind the point and a byte for the FIN: no bytes. */
export const fromTcplife: Reader = async (lines, truth) => {
  const ends = new Ends(truth);
  for await (const line of lines) {
    const match = /^(\d+) +.*? +\S+ +(\d+) +\S+ +(\d+) +[\d.]+ +[\d.]+ +[\d.]+$/.exec(line);
    if (match === null) continue;
    ends.add({ pid: Number(match[1]), localPort: Number(match[2]), remotePort: Number(match[3]), bytes: 0 });
  }
  return { ...ends.seen, bytes: null, flows: [], everybody: false };
};

/** Polls of `ss -tpOH`, each behind a line with its time. An end is seen if one of them meets the connection. */
export const fromSs: Reader = async (lines, truth, held) => {
  const open: number[] = [], met = new Map<string, End>();
  let counts = false;
  for await (const line of lines) {
    if (line.startsWith("@")) {
      counts = within(held, Number(line.slice(1)) * 1000);
      if (counts) open.push(0);
      continue;
    }
    const match = /^\S+ +\d+ +\d+ +\S+:(\d+) +\S+:(\d+)(?:.*?\bpid=(\d+))?/.exec(line);
    if (match === null) continue;
    const [localPort, remotePort] = [Number(match[1]), Number(match[2])];
    if (!truth.ports.has(localPort) && !truth.ports.has(remotePort)) continue;
    if (counts) open[open.length - 1]++;
    const pid = match[3] === undefined ? null : Number(match[3]), key = endKey(localPort, remotePort);
    if (pid !== null || !met.has(key)) met.set(key, { pid, localPort, remotePort, bytes: 0 });
  }
  const ends = new Ends(truth);
  for (const end of met.values()) ends.add(end);
  return { ...ends.seen, bytes: null, flows: open, everybody: false };
};

/** @[comm]: count. */
export const fromBpftrace: Reader = async (lines) => {
  let ends = 0;
  for await (const line of lines) ends += Number(/^@\[.*\]: (\d+)$/.exec(line)?.[1] ?? 0);
  return { ...NOTHING, ends, everybody: true };
};
