/** Connections that begin and end between two looks of netlink, in each of the ways: bytes and direction at both ends. */
import { deepStrictEqual, ok } from "node:assert/strict";
import type { FlowFacts } from "../../src/output/flow_facts.ts";
import { Netns } from "../support/netns.ts";
import { OddEnds } from "../support/odd_ends.ts";
import { Running } from "../support/tcptop.ts";

const TIMES = 11, REQUEST = 503, ANSWER = 1009;
const FINS = ["half", "half_first", "active", "both"];
const RESETS = ["unread", "linger", "left", "byte"];
/** What the one who goes first has sent, and the other. */
const SENT: Record<string, readonly [number, number]> = { left: [REQUEST + ANSWER, 0], byte: [REQUEST, 1] };

/** Of each way, with a client and a server that goes first. */
const waysOf = (ways: readonly string[]) => ways.flatMap((way) => [way, `server_${way}`]);

/** What is said of both ends of each, by the way in which it ended. */
async function compareEnds(ways: readonly string[]): Promise<void> {
  await using netns = await Netns.make();
  await using running = await Running.start("--source", "netlink", "--interval", "500ms", "--listen");
  await using ends = await OddEnds.start(netns);
  const [, port] = await ends.says("port");
  await running.until(
    "the listener",
    ({ flows }) =>
      flows.some(({ netns: space, local, state }) =>
        space === netns.inode && local.port === port && state === "LISTEN"
      ),
  );
  const byClient = new Map<number, string>();
  for (let i = 0; i < TIMES; i++) for (const way of ways) byClient.set((await ends.do(way))[0], way);
  const samples = (await running.upToFresh()).map(({ flows }) =>
    flows.filter((flow) => flow.closed && flow.netns === netns.inode && flow.remote !== null)
  );
  const clientOf = ({ local, remote }: FlowFacts) => remote!.port === port ? local.port : remote!.port;
  // A look that comes between the two ends of one has told of the first before the second is there to say whether a byte was a FIN.
  const apart = new Set<number>(), seenIn = new Map<number, number>();
  for (const [i, flows] of samples.entries()) {
    for (const client of flows.map(clientOf)) {
      if (seenIn.has(client) && seenIn.get(client) !== i) apart.add(client);
      seenIn.set(client, i);
    }
  }
  ok(apart.size < samples.length, `${[...apart]}`);
  const counts: Record<string, number> = {}, expected: Record<string, number> = {};
  for (const flow of samples.flat()) {
    if (apart.has(clientOf(flow))) continue;
    const { local, remote, direction, rx_bytes, tx_bytes } = flow;
    const isClient = remote!.port === port, way = byClient.get(isClient ? local.port : remote!.port);
    const said = `${way} ${isClient ? "client" : "server"} ${direction} ${rx_bytes} ${tx_bytes}`;
    counts[said] = (counts[said] ?? 0) + 1;
  }
  for (const way of ways) {
    const isServer = way.startsWith("server_"), [first, other] = SENT[way.replace("server_", "")] ?? [REQUEST, ANSWER];
    const [client, server] = isServer ? [other, first] : [first, other];
    const times = TIMES - [...apart].filter((client) => byClient.get(client) === way).length;
    // Who resets by SO_LINGER 0 is not seen at its own end.
    if (way !== "linger") expected[`${way} client outbound ${server} ${client}`] = times;
    if (way !== "server_linger") expected[`${way} server inbound ${client} ${server}`] = times;
  }
  deepStrictEqual(counts, expected);
}

Deno.test("by netlink a connection that ended by a reset within an interval has its direction and bytes", () =>
  compareEnds(waysOf(RESETS)));

Deno.test("by netlink a connection that ended by FIN within an interval has its direction and bytes, whoever went first and how", () =>
  compareEnds(waysOf(FINS)));

Deno.test("by netlink a connection of a socket to its own port has received what it sent", async () => {
  await using netns = await Netns.make();
  await using running = await Running.start("--source", "netlink", "--interval", "500ms");
  await using ends = await OddEnds.start(netns);
  await ends.says("port");
  await running.fresh();
  const ports: number[] = [];
  for (let i = 0; i < TIMES; i++) ports.push((await ends.do("self"))[0]);
  const ended = (await running.upToFresh()).flatMap(({ flows }) => flows).filter((flow) =>
    flow.closed && flow.netns === netns.inode && flow.local.port === flow.remote?.port
  );
  const told = ended.map(({ local, direction, rx_bytes, tx_bytes }) => [local.port, direction, rx_bytes, tx_bytes]);
  deepStrictEqual(told.sort(), ports.map((port) => [port, "outbound", REQUEST, REQUEST]).sort());
});
