/** The two ends of connections inside this machine: each pair joined that is in a sample, and none that is none, by what the workload knows. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { FlowFacts } from "../../src/output/flow_facts.ts";
import { compiled } from "../support/compiled.ts";
import { lines, within } from "../support/lines.ts";
import { Netns } from "../support/netns.ts";
import { execute, Running, type SampleDocument, tcptop } from "../support/tcptop.ts";
import { Workload } from "../support/workload.ts";

/** By hand with more of all: TCPTOP_PAIRS_HELD=10000 TCPTOP_PAIRS_SECONDS=20. */
const HELD = Number(Deno.env.get("TCPTOP_PAIRS_HELD") ?? 500);
const SECONDS = Number(Deno.env.get("TCPTOP_PAIRS_SECONDS") ?? 3), PER_SECOND = 2000;

const peerOf = ({ peer }: FlowFacts) => peer?.id ?? null;

for (const source of ["bpf", "netlink"]) {
  Deno.test(`peer of ${HELD} connections that stay is the other end, as the workload has it, by ${source}`, async () => {
    await using running = await Running.start("--source", source, "--interval", "1s");
    await using workload = await Workload.start("hold", "--count", HELD);
    const { connections, client, server } = await workload.until("ready");
    const { flows } = await running.fresh();
    const byPorts = new Map(flows.map((flow) => [`${flow.pid} ${flow.local.port} ${flow.remote?.port}`, flow]));
    for (const { client: one, server: other } of connections) {
      const near = byPorts.get(`${client.pid} ${one.port} ${other.port}`)!;
      const far = byPorts.get(`${server.pid} ${other.port} ${one.port}`)!;
      deepStrictEqual([peerOf(near), peerOf(far)], [far.id, near.id]);
      deepStrictEqual([near.peer!.pid, near.peer!.process, far.peer!.via], [server.pid, server.comm, "direct"]);
    }
    strictEqual(connections.length, HELD);
    await workload.goOn();
    await workload.until("done");
  });
}

/** A connection as its client has it. */
type Truth = readonly [clientPort: number, sent: number, received: number];

/** What the program said, and all samples from before it began until after its end. */
async function churned(running: Running): Promise<{ truth: Truth[]; port: number; samples: SampleDocument[] }> {
  const binary = await compiled("pairs", [new URL("pairs.c", import.meta.url)]);
  const child = new Deno.Command(binary, {
    args: [String(SECONDS), String(PER_SECOND)],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const output = lines(child.stdout), input = child.stdin.getWriter(), truth: Truth[] = [];
  try {
    const port = Number((await within(10, "the port", output.next())).value);
    const samples = [await running.next()];
    await input.write(new Uint8Array([10]));
    let ended = false;
    const reading = (async () => {
      for (;;) {
        const { value } = await within(SECONDS + 30, "a connection", output.next());
        if (value === undefined || value === "end") break;
        truth.push(value.split(" ").map(Number) as unknown as Truth);
      }
      ended = true;
    })();
    while (!ended) samples.push(await running.next());
    await reading;
    samples.push(...await running.upToFresh());
    return { truth, port, samples };
  } finally {
    await input.close().catch(() => {});
    await output.return();
    await child.status;
  }
}

Deno.test(`peer is right of ${PER_SECOND} connections a second that open and end, some on the same ports again at once`, async () => {
  await using running = await Running.start("--interval", "1s");
  const { truth, port, samples } = await churned(running);
  strictEqual(truth.length, SECONDS * PER_SECOND);
  strictEqual(samples.at(-1)!.health.events_lost, samples[0].health.events_lost);
  const of = ({ flows }: SampleDocument) =>
    flows.filter(({ local, remote }) => remote && (local.port === port || remote.port === port));
  const isServer = (flow: FlowFacts) => flow.local.port === port;
  // Who belongs together, by the workload's list: port and both sizes, which no other connection has within seconds.
  const last = new Map(samples.flatMap(of).filter(({ closed }) => closed).map((flow) => [flow.id, flow]));
  const key = (flow: FlowFacts) =>
    isServer(flow)
      ? `${flow.remote!.port} ${flow.rx_bytes} ${flow.tx_bytes}`
      : `${flow.local.port} ${flow.tx_bytes} ${flow.rx_bytes}`;
  const ends = new Map<string, { client: string[]; server: string[] }>(
    truth.map((one) => [one.join(" "), { client: [], server: [] }]),
  );
  for (const flow of last.values()) ends.get(key(flow))![isServer(flow) ? "server" : "client"].push(flow.id);
  const mate = new Map<string, string>();
  for (const { client, server } of ends.values()) {
    deepStrictEqual([client.length, server.length], [1, 1]);
    mate.set(client[0], server[0]).set(server[0], client[0]);
  }
  let joined = 0;
  for (const sample of samples) {
    const flows = of(sample), there = new Set(flows.map(({ id }) => id));
    for (const flow of flows) {
      const other = mate.get(flow.id)!;
      strictEqual(peerOf(flow), there.has(other) ? other : null, `${flow.id} in ${sample.time}`);
      strictEqual(flow.inside, true);
      joined += there.has(other) ? 1 : 0;
    }
  }
  ok(joined >= truth.length * 2, `${joined} ends joined`);
});

/** One end of a connection in a namespace: a server, or with a port of its own a client. */
async function end(stack: AsyncDisposableStack, { name }: Netns, ...args: (string | number)[]): Promise<void> {
  const binary = await compiled("pairs", [new URL("pairs.c", import.meta.url)]);
  const child = new Deno.Command("ip", {
    args: ["netns", "exec", name, binary, ...args.map(String)],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const output = lines(child.stdout);
  stack.defer(async () => {
    await child.stdin.close();
    await output.return();
    await child.status;
  });
  if (args.length === 2) strictEqual((await within(20, "the server", output.next())).value, "listens");
}

const ends = ({ flows }: SampleDocument) =>
  flows.filter(({ remote, local }) => remote !== null && [8098, 40998].includes(local.port));

Deno.test("peer crosses no connections of the same addresses and ports in two namespaces at once", async () => {
  await using stack = new AsyncDisposableStack();
  const spaces = [stack.use(await Netns.make()), stack.use(await Netns.make())];
  await using running = await Running.start("--interval", "500ms");
  for (const args of [["127.0.0.1", 8098], ["127.0.0.1", 8098, 40998]]) {
    for (const netns of spaces) await end(stack, netns, ...args);
  }
  const four = ends(await running.until("four ends", (sample) => ends(sample).length === 4));
  for (const flow of four) {
    const other = four.find(({ id }) => id === peerOf(flow))!;
    deepStrictEqual([other.netns, other.local.port], [flow.netns, flow.remote!.port]);
    deepStrictEqual([flow.peer!.netns, peerOf(other)], [flow.netns, flow.id]);
  }
  deepStrictEqual(new Set(four.map(({ netns }) => netns)), new Set(spaces.map(({ inode }) => inode)));
});

async function ip(...line: string[]): Promise<void> {
  const { code, stderr } = await execute(["ip", ...line]);
  strictEqual(code, 0, stderr);
}

/** Two namespaces with a cable between them and the same addresses as every other such pair. */
async function cable(left: Netns, right: Netns): Promise<void> {
  await ip("-n", left.name, "link", "add", "eth0", "type", "veth", "peer", "name", "eth0", "netns", right.name);
  for (const [i, { name }] of [left, right].entries()) {
    await ip("-n", name, "addr", "add", `10.99.0.${i + 1}/24`, "dev", "eth0");
    await ip("-n", name, "link", "set", "eth0", "up");
  }
}

Deno.test("peer is the one across a cable, and null rather than a guess where two could be meant", async () => {
  await using stack = new AsyncDisposableStack();
  const spaces: Netns[] = [];
  for (let i = 0; i < 4; i++) spaces.push(stack.use(await Netns.make()));
  await cable(spaces[0], spaces[1]);
  await cable(spaces[2], spaces[3]);
  await using running = await Running.start("--interval", "500ms");
  const join = async (server: Netns, client: Netns, count: number) => {
    await end(stack, server, "10.99.0.2", 8098);
    await end(stack, client, "10.99.0.2", 8098, 40998);
    return ends(await running.until(`${count} ends`, (sample) => ends(sample).length === count));
  };
  const first = await join(spaces[1], spaces[0], 2);
  deepStrictEqual(first.map(peerOf), [first[1].id, first[0].id]);
  // The first pair is known by now, so what is left can only belong together.
  const both = await join(spaces[3], spaces[2], 4);
  const mates = new Map(both.map((flow) => [flow.netns, flow.peer?.netns ?? null]));
  deepStrictEqual([0, 1, 2, 3].map((i) => mates.get(spaces[i].inode)), [1, 0, 3, 2].map((i) => spaces[i].inode));
  // Who has not seen them open one after the other cannot tell.
  await using late = await Running.start("--interval", "500ms");
  deepStrictEqual(ends(await late.fresh()).map(peerOf), [null, null, null, null]);
});

Deno.test("peer goes through NAT of another network namespace, and a note says where that may not be read", async () => {
  await using stack = new AsyncDisposableStack();
  const netns = stack.use(await Netns.make());
  const rule =
    "add table ip t; add chain ip t c { type nat hook output priority -100; }; add rule ip t c tcp dport 8097 dnat to 127.0.0.1:8098";
  const set = await execute(["ip", "netns", "exec", netns.name, "nft", rule]);
  strictEqual(set.code, 0, set.stderr);
  await end(stack, netns, "127.0.0.1", 8098);
  await end(stack, netns, "127.0.0.1", 8097, 40998);
  await using running = await Running.start("--interval", "500ms");
  const both = ends(await running.until("both ends", (sample) => ends(sample).some(({ peer }) => peer !== null)));
  const [client, server] = both[0].local.port === 40998 ? both : [both[1], both[0]];
  deepStrictEqual([peerOf(client), peerOf(server), client.peer!.via], [server.id, client.id, "nat"]);
  deepStrictEqual([client.remote!.real, server.remote!.real], [{ address: "127.0.0.1", port: 8098 }, null]);
  const notes = async (...without: string[]) => {
    const line = [
      "ip",
      "netns",
      "exec",
      netns.name,
      ...without,
      ...tcptop(["--once", "--json", "--source", "netlink"]),
    ];
    const { stdout } = await execute(line);
    return (JSON.parse(stdout) as SampleDocument).source.notes.map(({ code }) => code).filter((code) =>
      code === "nat_unknown"
    );
  };
  deepStrictEqual(await notes("capsh", "--drop=cap_net_admin", "--", "-c", 'exec "$@"', "sh"), ["nat_unknown"]);
  deepStrictEqual(await notes(), []);
});
