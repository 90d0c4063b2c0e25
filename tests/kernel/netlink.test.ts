/** TCP by netlink against traffic whose truth is known. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { FlowFacts } from "../../src/output/flow_facts.ts";
import { lines } from "../support/lines.ts";
import { Netns } from "../support/netns.ts";
import { asUser } from "../support/refused.ts";
import { byEnds, once, Running, type SampleDocument, tcptop } from "../support/tcptop.ts";
import { type End, endsOf, type Phase, Workload } from "../support/workload.ts";

const LOOPBACK_NS = Deno.statSync("/proc/self/ns/net").ino!;

function compare(flow: FlowFacts | undefined, end: End, comm: string, netns: number): void {
  deepStrictEqual(
    flow && [flow.rx_bytes, flow.tx_bytes, flow.pid, flow.process, flow.direction, flow.state, flow.netns],
    [
      end.side.received,
      end.side.sent,
      end.side.pid,
      comm,
      end.direction,
      "ESTABLISHED",
      netns,
    ],
  );
}

function compareAll(sample: SampleDocument, held: Phase, netns = LOOPBACK_NS): void {
  const flows = byEnds(sample.flows.filter((flow) => flow.netns === netns));
  const comm = { outbound: held.client.comm, inbound: held.server.comm };
  for (const end of endsOf(held)) compare(flows.get(`${end.local} ${end.remote}`), end, comm[end.direction], netns);
}

for (const kind of [[], ["-6"], ["--mapped"]]) {
  Deno.test(`--source netlink shows held connections to the byte ${kind.join()}`, async () => {
    await using workload = await Workload.start("hold", "--count", 23, ...kind);
    const held = await workload.until("ready");
    const sample = await once("--source", "netlink", "--port", held.port);
    strictEqual(sample.source.tcp, "netlink");
    const pids = new Set([held.server.pid, held.client.pid]);
    strictEqual(sample.flows.filter(({ pid }) => pid !== null && pids.has(pid)).length, 46);
    compareAll(sample, held);
    await workload.goOn();
    await workload.until("done");
  });
}

/** How many flows of each kind, told by direction and bytes. */
function kinds(flows: readonly FlowFacts[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { direction, rx_bytes, tx_bytes } of flows) {
    const kind = `${direction} ${rx_bytes} ${tx_bytes}`;
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}

/** In a namespace of its own: the machine's may be full of TIME_WAIT sockets (net.ipv4.tcp_max_tw_buckets). */
async function short(...args: readonly (string | number)[]): Promise<{ ended: FlowFacts[]; lost: number }> {
  await using space = await Netns.make();
  await using running = await Running.start("--source", "netlink", "--interval", "500ms");
  const within = ["--server-netns", space.path, "--client-netns", space.path];
  await using workload = await Workload.start("short", ...within, ...args);
  await workload.until("done");
  const samples = await running.upToFresh();
  const ended = samples.flatMap(({ flows }) => flows).filter(({ closed, netns }) => closed && netns === space.inode);
  strictEqual(new Set(ended.map(({ id }) => id)).size, ended.length);
  return { ended, lost: samples.at(-1)!.health.events_lost };
}

Deno.test("--source netlink sees 20,000 short connections, every byte of them, or counts what it lost", async () => {
  for (const by of ["server", "client"]) {
    const { ended, lost } = await short("--count", 10007, "--tx", 1013, "--by", by), seen = kinds(ended);
    const { "outbound 1013 1013": outbound = 0, "inbound 1013 1013": inbound = 0, ...others } = seen;
    deepStrictEqual(others, {}, JSON.stringify(seen));
    ok(outbound <= 10007 && inbound <= 10007, JSON.stringify(seen));
    // Of what was lost some may have been another namespace's.
    ok(outbound + inbound + lost >= 2 * 10007, `${JSON.stringify(seen)} and ${lost} lost`);
  }
});

/** An ordinary user's queue is small (net.core.rmem_max), and the namespace has no traffic but ours. */
Deno.test("--source netlink counts to the number what did not fit the queue", async () => {
  const count = 20011;
  await using space = await Netns.make();
  const [program, ...args] = asUser(tcptop(["--source", "netlink", "--json", "--interval", "1s"]));
  const within = ["netns", "exec", space.name, program, ...args];
  const child = new Deno.Command("ip", { args: within, stdin: "null", stdout: "piped" }).spawn();
  const samples = lines(child.stdout);
  try {
    let seen = 0, lost = 0, quiet = 0;
    const next = async () => {
      const { flows, totals, health } = JSON.parse((await samples.next()).value!) as SampleDocument;
      seen += flows.filter(({ closed, local, remote }) => closed && remote !== null && local.port !== 0).length;
      lost = health.events_lost;
      quiet = totals.closed === 0 ? quiet + 1 : 0;
    };
    await next();
    await using workload = await Workload.start(
      ...["short", "--count", count, "--server-netns", space.path, "--client-netns", space.path],
    );
    await workload.until("done");
    for (quiet = 0; quiet < 2;) await next();
    // The workload's three listeners say farewell too, and may be among the lost.
    ok(seen + lost >= 2 * count && seen + lost <= 2 * count + 3, `${seen} seen and ${lost} lost of ${2 * count}`);
  } finally {
    child.kill("SIGKILL");
    await samples.return();
    await child.status;
  }
});

Deno.test("--source netlink sees short connections over IPv6", async () => {
  deepStrictEqual(kinds((await short("--count", 501, "-6")).ended), {
    "outbound 101 101": 501,
    "inbound 101 101": 501,
  });
});

Deno.test("--source netlink sees the whole of a connection that ended by sendfile, half close or unread data", async () => {
  for (const command of ["sendfile", "splice", "halfclose"]) {
    await using running = await Running.start("--source", "netlink", "--interval", "200ms");
    await using workload = await Workload.start(command);
    const ready = await workload.until("ready");
    compareCounts(await running.fresh(), ready);
    await workload.goOn();
    await workload.until("done");
    const closed = (await running.upToFresh()).flatMap(({ flows }) => flows).filter(({ closed }) => closed);
    const [client, server] = endsOf(ready).map(({ local, remote }) => byEnds(closed).get(`${local} ${remote}`));
    const { sent, received } = ready.connections[0].client;
    deepStrictEqual([client?.tx_bytes, client?.rx_bytes, server?.rx_bytes, server?.tx_bytes], [
      sent,
      received,
      sent,
      received,
    ]);
  }
});

function compareCounts(sample: SampleDocument, ready: Phase): void {
  const flows = byEnds(sample.flows);
  for (const { side, local, remote } of endsOf(ready)) {
    const flow = flows.get(`${local} ${remote}`);
    deepStrictEqual([flow?.tx_bytes, flow?.rx_bytes], [side.sent, side.received]);
  }
}

Deno.test("--source netlink looks into other network namespaces, those made later too, and lets them go", async () => {
  await using before = await Netns.make();
  await using running = await Running.start("--source", "netlink", "--interval", "200ms");
  await using after = await Netns.make();
  for (const { path, inode } of [before, after]) {
    await using workload = await Workload.start("hold", "--count", 3, "--server-netns", path, "--client-netns", path);
    const held = await workload.until("ready");
    await running.fresh(); // those before may have a part of what was sent
    const sample = await running.until(
      `sockets of ${path}`,
      ({ flows }) => flows.filter((flow) => flow.netns === inode && flow.process !== null).length === 6,
    );
    compareAll(sample, held, inode);
    await workload.goOn();
    await workload.until("done");
  }
  const gone = new Set([before.inode, after.inode]);
  await running.until(
    "the namespaces' flows to leave",
    ({ flows }) => !flows.some(({ netns }) => gone.has(netns ?? 0)),
  );
  ok(true);
});
