/** What each tool's output says of the minute. Pure. */

/** Of one end of the short downloads: connections, those with the right process, bytes. null: it does not tell. */
export interface End {
  readonly connections: number | null;
  readonly named: number | null;
  readonly sent: number | null;
  readonly received: number | null;
}

/** Of both ends of the short downloads, and of the bytes that the server sent in the long one. `about`: how its bytes are to be read. */
export interface Said {
  readonly server: End;
  readonly client: End;
  readonly long: number | null;
  readonly about: string;
}

export const UNTOLD: End = { connections: null, named: null, sent: null, received: null };

interface Connection {
  readonly process: string | null;
  readonly localPort: number;
  readonly remotePort: number;
  readonly sent: number;
  readonly received: number;
}

const NAMES = { server: "nginx", client: "curl" } as const;

/** More than any of the short ones has, less than the long one. */
const LONG = 1_000_000;

function sides(all: readonly Connection[], port: number, about: string): Said {
  const end = (side: "server" | "client"): End => {
    const own = all.filter(({ localPort, remotePort, sent, received }) =>
      (side === "server" ? localPort : remotePort) === port && sent + received < LONG
    );
    if (own.length === 0) return { ...UNTOLD, connections: 0 };
    const sum = (of: (one: Connection) => number) => own.reduce((sum, one) => sum + of(one), 0);
    return {
      connections: own.length,
      named: own.filter(({ process }) => process === NAMES[side]).length,
      sent: sum(({ sent }) => sent),
      received: sum(({ received }) => received),
    };
  };
  const long = all.find(({ localPort, sent }) => localPort === port && sent >= LONG)?.sent ?? null;
  return { server: end("server"), client: end("client"), long, about };
}

const documents = (text: string) =>
  text.split("\n").filter((line) => line.startsWith("{") && line.endsWith("}")).map((line) => JSON.parse(line));

/** `--events --json`: what ended. Others' connections are left out by `address`. */
export function saidByTcptop(text: string, port: number, address: string): Said {
  const all = documents(text).filter(({ event, local, remote }) =>
    event === "closed" && (local.address === address || remote?.address === address)
  ).map((one): Connection => ({
    process: one.process,
    localPort: one.local.port,
    remotePort: one.remote.port,
    sent: one.tx_bytes,
    received: one.rx_bytes,
  }));
  return sides(all, port, "payload, to the byte");
}

/** `--headless`: one document after the other, with what it holds then; what has ended is in some of them. */
export function saidByRustnet(text: string, port: number): Said {
  const last = new Map<string, Connection>();
  for (
    const { id, protocol, process, local, remote, traffic } of documents(text).flatMap(({ connections }) => connections)
  ) {
    if (protocol !== "TCP") continue;
    last.set(id, {
      process: process?.name ?? last.get(id)?.process ?? null,
      localPort: local.port,
      remotePort: remote.port,
      sent: traffic.bytes_sent,
      received: traffic.bytes_received,
    });
  }
  return sides([...last.values()], port, "packets, headers included");
}

/** `--raw --total-utilization`: each second sums that grow; the last of each connection. */
export function saidByBandwhich(text: string, port: number): Said {
  const last = new Map<string, Connection>();
  const pattern = /^connection: \S+ <[^>]*>:(\d+) => \S+:(\d+) \(tcp\) up\/down Bps: (\d+)\/(\d+) process: "(.*)"$/gm;
  for (const [, local, remote, up, down, process] of text.matchAll(pattern)) {
    last.set(`${local} ${remote}`, {
      process,
      localPort: Number(local),
      remotePort: Number(remote),
      sent: Number(up),
      received: Number(down),
    });
  }
  return sides([...last.values()], port, "packets, headers included");
}

/** PID COMM LADDR LPORT RADDR RPORT TX_KB RX_KB MS. */
export function saidByTcplife(text: string, port: number, address: string): Said {
  const pattern = /^\d+ +(.*?) +(\S+) +(\d+) +(\S+) +(\d+) +([\d.]+) +([\d.]+) +[\d.]+$/gm;
  const all = [...text.matchAll(pattern)].filter(([, , local, , remote]) => local === address || remote === address)
    .map((
      [, process, , local, , remote, sent, received],
    ): Connection => ({
      process,
      localPort: Number(local),
      remotePort: Number(remote),
      sent: Math.round(Number(sent) * 1024),
      received: Math.round(Number(received) * 1024),
    }));
  return sides(all, port, "payload and a byte for each FIN, in KiB with three digits");
}

/** `-t -v 2`: each second sums by program, of all its connections; a program without any is told no more. Only the server's end is on its
 * device. */
export function saidByNethogs(text: string): Said {
  const most = new Map<string, readonly [sent: number, received: number]>();
  for (const [, program, sent, received] of text.matchAll(/^(.*?)\/\d+\/\d+\t([\d.e+]+)\t([\d.e+]+)$/gm)) {
    const [before, after] = most.get(program) ?? [0, 0];
    most.set(program, [Math.max(before, Number(sent)), Math.max(after, Number(received))]);
  }
  const rows = [...most].filter(([, [sent, received]]) => sent + received > 0);
  const sum = (of: 0 | 1) => rows.reduce((all, [, sums]) => all + sums[of], 0);
  const server = rows.length === 0 ? UNTOLD : { ...UNTOLD, sent: sum(0), received: sum(1) };
  const names = rows.map(([program]) => `"${program.split("/").at(-1)}"`).join(" and ") || "none";
  return {
    server,
    client: UNTOLD,
    long: null,
    about: `sums by program (${names}), the long one among them; headers included, six digits`,
  };
}

/** `-t`: every ten seconds the sum of all traffic, rounded; the last one. */
export function saidByIftop(text: string): Said {
  const [, sent, received] = [...text.matchAll(/^Cumulative \(sent\/received\/total\): +(\S+) +(\S+)/gm)].at(-1) ?? [];
  const units: Readonly<Record<string, number>> = { B: 1, KB: 1024, MB: 1024 ** 2, GB: 1024 ** 3 };
  const bytes = (text: string | undefined) => {
    const [, number, unit] = /^([\d.]+)([KMG]?B)$/.exec(text ?? "") ?? [];
    return number === undefined ? null : Math.round(Number(number) * units[unit]);
  };
  const server = { ...UNTOLD, sent: bytes(sent), received: bytes(received) };
  return {
    server,
    client: UNTOLD,
    long: null,
    about: "sums by pair of hosts, the long one among them; headers included, rounded",
  };
}
