/** Connections of real containers, on every way that they take: both ends joined and named, all of it inside, and exact. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { FlowFacts } from "../../src/output/flow_facts.ts";
import { compiled } from "../support/compiled.ts";
import { type Container, Containers } from "../support/containers.ts";
import { within } from "../support/lines.ts";
import { execute, Running, type SampleDocument, tcptop } from "../support/tcptop.ts";

/** As pairs.c has them. */
const SENT = 10007, RECEIVED = 5003;
/** The bridge's address on the host. */
const BRIDGE = "10.88.0.1";
const OWN = 20_000;
const published = (port: number) => 28000 + port % 1000;

interface Way {
  readonly name: string;
  readonly server: Container;
  /** null: the host itself. */
  readonly client: Container | null;
  /** Where the client connects to. */
  readonly to: readonly [address: string, port: number];
  readonly port: number;
  readonly via: "direct" | "nat";
}

async function ip(...line: string[]): Promise<void> {
  const { code, stderr } = await execute(["ip", ...line]);
  strictEqual(code, 0, stderr);
}

/** A cable between two containers that have no network. */
async function cable([left, right]: readonly Container[]): Promise<void> {
  const ends = [`tt${Deno.pid}a`, `tt${Deno.pid}b`];
  await ip("link", "add", ends[0], "type", "veth", "peer", "name", ends[1]);
  for (const [i, { pid }] of [left, right].entries()) {
    await ip("link", "set", ends[i], "netns", String(pid), "name", "eth0");
    for (const line of [["addr", "add", `10.97.0.${i + 1}/24`, "dev", "eth0"], ["link", "set", "eth0", "up"]]) {
      const { code, stderr } = await execute(["nsenter", "-n", "-t", String(pid), "ip", ...line]);
      strictEqual(code, 0, stderr);
    }
  }
}

/** Where the bridge's packets go through the firewall (br_netfilter) a container reaches its own published port only if the bridge sends back to where it
 * came from. Debian's netavark leaves that off. */
async function hairpin({ pid }: Container): Promise<void> {
  const { stdout } = await execute(["nsenter", "-n", "-t", String(pid), "ip", "-json", "link", "show", "eth0"]);
  const [{ link_index }] = JSON.parse(stdout), links = JSON.parse((await execute(["ip", "-json", "link"])).stdout);
  const { ifname } = links.find(({ ifindex }: { ifindex: number }) => ifindex === link_index);
  await ip("link", "set", ifname, "type", "bridge_slave", "hairpin", "on");
}

async function listening({ pid }: Container, port: number): Promise<void> {
  for (;;) {
    const { stdout } = await execute(["nsenter", "-n", "-t", String(pid), "ss", "-Hltn", `sport = :${port}`]);
    if (stdout !== "") return;
  }
}

/** The client's end of a way, on the host until `stack` ends. */
async function connect(stack: AsyncDisposableStack, containers: Containers, binary: string, way: Way): Promise<void> {
  // Below the ports that the kernel hands out: none of those is taken.
  const args = [...way.to, OWN + way.port].map(String);
  if (way.client !== null) return await containers.run(way.client, "/pairs", ...args, "stay");
  const child = new Deno.Command(binary, { args, stdin: "piped", stdout: "null" }).spawn();
  stack.defer(async () => {
    await child.stdin.close();
    await child.status;
  });
}

const clientOf = ({ flows }: SampleDocument, { port, to }: Way) =>
  flows.find(({ local, remote }) => local.port === OWN + port && remote?.port === to[1]);
const serverOf = ({ flows }: SampleDocument, { port }: Way) =>
  flows.find(({ local, remote }) => local.port === port && remote !== null);
const isDone = (flow: FlowFacts | undefined) =>
  flow !== undefined && flow.rx_bytes! + flow.tx_bytes! === SENT + RECEIVED;

/** What docs/json.md has for CI. */
const CI =
  '[.[].flows[] | select(.inside == false and .remote)] | map("\\(.process) \\(.remote.address):\\(.remote.port)") | unique';

Deno.test("connections of containers are joined on every way, named by the engine, inside and exact", async () => {
  await using stack = new AsyncDisposableStack();
  const binary = await compiled(
    "pairs_static",
    [new URL("pairs.c", import.meta.url)],
    undefined,
    ["-static"],
  );
  const program = `${await Deno.makeTempDir()}/pairs`;
  stack.defer(() => Deno.remove(program.slice(0, -6), { recursive: true }));
  await Deno.copyFile(binary, program);
  const containers = stack.use(await Containers.make([program]));
  const ports = [7102, 7123, 7144, 7207].flatMap((port) => ["-p", `${published(port)}:${port}`]);
  const a = await containers.start(), b = await containers.start(...ports);
  const shared = await containers.start("--network", `container:${a.id}`);
  const alone = [await containers.start("--network", "none"), await containers.start("--network", "none")];
  await cable(alone);
  await hairpin(b);
  const ways: Way[] = [
    { name: "by the bridge", server: b, client: a, to: [b.address, 7081], port: 7081, via: "direct" },
    {
      name: "published, loopback",
      server: b,
      client: null,
      to: ["127.0.0.1", published(7102)],
      port: 7102,
      via: "nat",
    },
    {
      name: "published, the bridge's address",
      server: b,
      client: null,
      to: [BRIDGE, published(7123)],
      port: 7123,
      via: "nat",
    },
    { name: "its own published port", server: b, client: b, to: [BRIDGE, published(7144)], port: 7144, via: "nat" },
    { name: "one network namespace", server: a, client: shared, to: ["127.0.0.1", 7165], port: 7165, via: "direct" },
    { name: "a cable", server: alone[1], client: alone[0], to: ["10.97.0.2", 7186], port: 7186, via: "direct" },
    { name: "another's published port", server: b, client: a, to: [BRIDGE, published(7207)], port: 7207, via: "nat" },
  ];
  for (const { server, port } of ways) await containers.run(server, "/pairs", "0.0.0.0", port, "stay");
  for (const { server, port } of ways) await within(20, `a server at ${port}`, listening(server, port));
  await using running = await Running.of([
    "env",
    `CONTAINER_HOST=${containers.engine}`,
    ...tcptop(["--json", "--interval", "500ms"]),
  ]);
  const before = await running.next();
  for (const way of ways) await connect(stack, containers, binary, way);
  const samples = [before];
  const isComplete = (sample: SampleDocument) => {
    samples.push(sample);
    return ways.every((way) => isDone(clientOf(sample, way)) && isDone(serverOf(sample, way)));
  };
  const last = await running.until("all ways", isComplete, 30);
  for (const way of ways) {
    const client = clientOf(last, way)!, server = serverOf(last, way)!, { name } = way;
    deepStrictEqual([client.peer?.id, server.peer?.id], [server.id, client.id], name);
    deepStrictEqual([client.peer!.via, server.peer!.via], [way.via, way.via], name);
    deepStrictEqual([client.peer!.container?.name, server.peer!.container?.name ?? null], [
      way.server.name,
      way.client?.name ?? null,
    ], name);
    deepStrictEqual(
      [client.peer!.process, client.peer!.pid, server.peer!.pid],
      ["pairs", server.pid, client.pid],
      name,
    );
    const real = way.via === "nat" ? { address: way.server.address, port: way.port } : null;
    deepStrictEqual(client.remote!.real, real, name);
    deepStrictEqual([client.tx_bytes, client.rx_bytes, server.rx_bytes, server.tx_bytes], [
      SENT,
      RECEIVED,
      SENT,
      RECEIVED,
    ], name);
  }
  const own = (sample: SampleDocument) =>
    ways.flatMap((way) => [clientOf(sample, way), serverOf(sample, way)]).filter((flow) => flow !== undefined);
  // In no sample is any of it outside, not in that in which it opened either; and each byte is inside once.
  deepStrictEqual(samples.flatMap(own).filter(({ inside }) => !inside), []);
  strictEqual(
    samples.flatMap(own).reduce((sum, { rx_bytes_delta }) => sum + rx_bytes_delta!, 0),
    ways.length * (SENT + RECEIVED),
  );
  const inside = samples.reduce(
    (sum, { totals, interval_ms }) => sum + totals.inside_bytes_per_s * interval_ms / 1000,
    0,
  );
  ok(inside >= ways.length * (SENT + RECEIVED) - 10, `${inside} bytes inside`); // rates have one decimal
  const mine = samples.map((sample) => ({ flows: own(sample) }));
  const { stdout } = await execute(["jq", "-n", "-c", "--argjson", "s", JSON.stringify(mine), `$s | ${CI}`]);
  strictEqual(stdout.trim(), "[]");
});
