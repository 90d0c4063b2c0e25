/**
 * Makes examples/demo.tcptop: fifteen seconds of known traffic on loopback, in a network namespace of its own, and nothing
 * else of this machine. Run as root: deno task demo
 */
import {
  DroppedLayout,
  Tag,
  TcpCountersLayout,
  TcpLimitsLayout,
  TcpPathLayout,
  TcpRecordLayout,
  UdpOwnerLayout,
  UdpRecordLayout,
} from "../src/wire/layout.ts";
import { chunkBytes, ChunkKind, headerBytes } from "../src/source/recording/format.ts";
import { jsonBytes, readInfo } from "../src/source/recording/info.ts";
import { RecordingReader } from "../src/source/recording/reader.ts";
import { compiled } from "../tests/support/compiled.ts";
import type { Netns } from "../tests/support/netns.ts";
import { Pump } from "../tests/support/pump.ts";
import { workloadProgram } from "../tests/support/workload.ts";

const ROOT = new URL("../", import.meta.url).pathname;
const NETNS = "tcptop-demo";
const RAW = `${ROOT}build/demo-raw.tcptop`;
const SAMPLES = 16;

/** When each starts and for how long at most. Those that hold connections end when their standard input does. */
const TRAFFIC: readonly (readonly [afterS: number, forS: number, ...command: string[]])[] = [
  [0, 14, "hold", "--count", "5", "--tx", "10007", "--rx", "100003"],
  [0, 14, "pingpong", "--bytes", "101", "--seconds", "13"],
  [1, 14, "churn", "--rate", "5", "--bytes", "1009", "--seconds", "12"],
  [3, 5, "bulk", "--seconds", "4"],
  [4, 9, "udp", "--flows", "3", "--datagrams", "4001", "--bytes", "503"],
  [6, 4, "hold", "--count", "4", "-6", "--tx", "503", "--rx", "307"],
  [
    9,
    4,
    "churn",
    "--rate",
    "10",
    "--bytes",
    "307",
    "--reset",
    "--seconds",
    "3",
  ],
];

/** Connections that wait for something, and such as fail or are ended: what LIMIT and END have to say. */
async function troubles(): Promise<void> {
  const netns = { name: NETNS } as Netns,
    inside = (line: string) => run("ip", "netns", "exec", NETNS, ...line.split(" "));
  await inside("sysctl -qw net.ipv4.tcp_syn_retries=2");
  await inside("nft add table inet t");
  await inside("nft add chain inet t c { type filter hook output priority 0 ; }");
  await inside("nft add rule inet t c tcp dport 5433 drop");
  await sleep(1500);
  await using stalled = await Pump.start(netns, netns, "127.0.0.1", { chunk: 65536, everyMs: 5 });
  await using _paced = await Pump.start(netns, netns, "127.0.0.1", { chunk: 1009, everyMs: 50 });
  await using held = await Pump.start(netns, netns, "127.0.0.1", { chunk: 0 });
  const program = await compiled("ending", [new URL("../tests/kernel/ending.c", import.meta.url)]);
  const connect = (port: number) => run("ip", "netns", "exec", NETNS, program, "connect", "127.0.0.1", `${port}`, "1");
  const silent = connect(5433);
  await sleep(1500);
  await stalled.toggle();
  await connect(6380);
  await sleep(4000);
  await stalled.toggle();
  await connect(6380);
  await inside(`ss -K -tn dport = ${held.port}`);
  await silent;
  await sleep(1500);
}

async function run(command: string, ...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(command, {
    args,
    stdout: "null",
  }).output();
  if (!success) {
    throw new Error(
      `${command} ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`,
    );
  }
}

async function record(): Promise<void> {
  const workload = await workloadProgram();
  await Deno.remove(RAW).catch(() => {});
  const tcptop = run(
    `${ROOT}scripts/run`,
    "--record",
    RAW,
    "--json",
    "--count",
    String(SAMPLES),
  );
  while (await Deno.stat(RAW).then(({ size }) => size === 0, () => true)) {
    await sleep(50);
  }
  const traffic = TRAFFIC.map(async ([afterS, forS, ...rest]) => {
    await sleep(afterS * 1000);
    const args = ["netns", "exec", NETNS, workload, ...rest];
    const child = new Deno.Command("ip", {
      args,
      stdin: "piped",
      stdout: "null",
    }).spawn();
    await Promise.race([child.status, sleep(forS * 1000)]);
    await child.stdin.close();
    if (!(await child.status).success) {
      throw new Error(`${rest.join(" ")} failed`);
    }
  });
  await Promise.all([tcptop, troubles(), ...traffic]);
}

/** The recording without the records of other namespaces, and without this machine's name. */
function trim(raw: Uint8Array, netns: number): Uint8Array {
  let at = 0;
  const reader = new RecordingReader((target) => {
    const part = raw.subarray(at, at + target.length);
    target.set(part);
    at += part.length;
    return part.length;
  });
  const parts = [headerBytes()], ours = new Set<bigint>();
  for (let chunk = reader.next(); chunk !== null; chunk = reader.next()) {
    const payload = chunk.kind === ChunkKind.records
      ? keep(chunk.payload, netns, ours)
      : chunk.kind === ChunkKind.info
      ? anonymous(chunk.payload)
      : chunk.payload.slice();
    const empty = chunk.kind === ChunkKind.records && payload.length === 0;
    if (!empty) parts.push(chunkBytes(chunk.kind, chunk.timeMs, payload));
  }
  parts.push(chunkBytes(ChunkKind.end, SAMPLES * 1000, new Uint8Array(0)));
  return new Uint8Array(parts.flatMap((part) => [...part]));
}

const TCP_RECORDS: readonly number[] = [Tag.tcpOpen, Tag.tcpClose, Tag.tcpLive, Tag.tcpOwner];
/** Where each kind of record has its network namespace. Executables (Tag.process) have none, and are left out. */
const NETNS_AT: ReadonlyMap<number, number> = new Map([
  ...TCP_RECORDS.map((tag) => [tag, TcpRecordLayout.netns] as const),
  [Tag.udpFlow, UdpRecordLayout.netns],
  [Tag.udpOwner, UdpOwnerLayout.netns],
  [Tag.dropped, DroppedLayout.netns],
]);
/** What has none, but follows a full record of its connection. */
const COOKIE_AT: ReadonlyMap<number, number> = new Map([
  [Tag.tcpCounters, TcpCountersLayout.cookie],
  [Tag.tcpLimits, TcpLimitsLayout.cookie],
  [Tag.tcpPath, TcpPathLayout.cookie],
]);

function keep(records: Uint8Array, netns: number, ours: Set<bigint>): Uint8Array {
  const view = new DataView(records.buffer, records.byteOffset), kept: number[] = [];
  for (let at = 0, size; at < records.length; at += size) {
    const tag = view.getUint16(at, true), netnsAt = NETNS_AT.get(tag);
    size = view.getUint16(at + 2, true);
    const isOurs = netnsAt !== undefined && view.getUint32(at + netnsAt, true) === netns;
    if (isOurs && TCP_RECORDS.includes(tag)) ours.add(view.getBigUint64(at + TcpRecordLayout.cookie, true));
    const cookieAt = COOKIE_AT.get(tag);
    const follows = cookieAt !== undefined && ours.has(view.getBigUint64(at + cookieAt, true));
    if (isOurs || follows || tag === Tag.tick) kept.push(...records.subarray(at, at + size));
  }
  return new Uint8Array(kept);
}

function anonymous(payload: Uint8Array): Uint8Array {
  const info = readInfo(payload)!;
  return jsonBytes({
    ...info,
    host: { ...info.host, hostname: "demo" },
    source: { ...info.source, notes: [] },
  });
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

await run("ip", "netns", "add", NETNS);
try {
  await run("ip", "-n", NETNS, "link", "set", "lo", "up");
  await record();
  const { ino } = await Deno.stat(`/run/netns/${NETNS}`);
  await Deno.mkdir(`${ROOT}examples`, { recursive: true });
  await Deno.writeFile(
    `${ROOT}examples/demo.tcptop`,
    trim(await Deno.readFile(RAW), ino!),
  );
} finally {
  await run("ip", "netns", "delete", NETNS);
  await Deno.remove(RAW).catch(() => {});
}
