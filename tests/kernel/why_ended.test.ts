/** Why and by whom a connection ended: each way is brought about, and told at both ends where both are here. */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { FlowFacts } from "../../src/output/flow_facts.ts";
import type { EventFacts } from "../../src/output/event_facts.ts";
import { Ending } from "../support/ending.ts";
import { Events } from "../support/events.ts";
import { Netns } from "../support/netns.ts";
import { execute, Running, tcptop } from "../support/tcptop.ts";
import { Workload } from "../support/workload.ts";
import { KEPT } from "../support/kept.ts";

const RUNS = 200;
/** Of each of the ways that take seconds. With TCPTOP_ROUNDS=200 in the environment they are as many as of the others. */
const MANY = Number(Deno.env.get("TCPTOP_ROUNDS") ?? 5);

function said({ end, established }: FlowFacts): string {
  return end === null ? "-" : `${established ? "" : "never, "}${end.by} ${end.how} ${end.error}`;
}

/** By what connect() was told. */
const FAILURES: Readonly<Record<number, string>> = {
  110: "kernel timeout ETIMEDOUT",
  111: "peer refused ECONNREFUSED",
  113: "kernel unreachable EHOSTUNREACH",
};

/** How often each word was said of connections that ended, by a name for its end. */
function counted(
  samples: readonly { readonly flows: readonly FlowFacts[] }[],
  nameOf: (flow: FlowFacts) => string | null,
) {
  const counts: Record<string, number> = {};
  for (const flow of samples.flatMap(({ flows }) => flows)) {
    const name = flow.closed && flow.remote !== null ? nameOf(flow) : null;
    if (name !== null) counts[`${name}: ${said(flow)}`] = (counts[`${name}: ${said(flow)}`] ?? 0) + 1;
  }
  return counts;
}

async function run(...line: string[]): Promise<void> {
  const { code, stderr } = await execute(line);
  strictEqual(code, 0, `${line.join(" ")}: ${stderr}`);
}

for (const sockets of KEPT) {
  const start = async () => {
    Deno.env.set("TCPTOP_SOCKETS", sockets);
    const running = await Running.start("--interval", "200ms");
    Deno.env.delete("TCPTOP_SOCKETS");
    return running;
  };

  for (
    const [what, args, client, server] of [
      ["FIN by the client", ["--by", "client"], "local fin null", "peer fin null"],
      ["FIN by the server", ["--by", "server"], "peer fin null", "local fin null"],
      ["SO_LINGER 0 of the client", ["--reset"], "local reset_sent null", "peer reset_received ECONNRESET"],
    ] as const
  ) {
    Deno.test(`end says who and how, ${RUNS} times ${what}, in ${sockets}`, async () => {
      await using running = await start();
      await using workload = await Workload.start("short", "--count", RUNS, "--tx", 101, ...args);
      const done = await workload.until("done"), samples = await running.upToFresh();
      const names = new Map([[done.client.pid, "client"], [done.server.pid, "server"]]);
      deepStrictEqual(counted(samples, ({ pid }) => names.get(pid!) ?? null), {
        [`client: ${client}`]: RUNS,
        [`server: ${server}`]: RUNS,
      });
    });
  }

  Deno.test(`end tells of data unread, and of a connect that was refused, ${RUNS} times, in ${sockets}`, async () => {
    await using running = await start();
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr as Deno.NetAddr;
    for (let i = 0; i < RUNS; i++) {
      const [client, server] = await Promise.all([Deno.connect({ hostname: "127.0.0.1", port }), listener.accept()]);
      await server.write(new Uint8Array(101));
      await client.read(new Uint8Array(53));
      client.close();
      await server.read(new Uint8Array(1)).catch(() => {});
      server.close();
    }
    const nobody = Deno.listen({ hostname: "127.0.0.1", port: 0 }), closed = (nobody.addr as Deno.NetAddr).port;
    nobody.close();
    for (let i = 0; i < RUNS; i++) await Deno.connect({ hostname: "127.0.0.1", port: closed }).catch(() => {});
    const samples = await running.upToFresh();
    const nameOf = ({ local, remote, established }: FlowFacts) =>
      remote!.port === port
        ? "client"
        : local.port === port
        ? "server"
        : remote!.port === closed && !established
        ? "refused"
        : null;
    deepStrictEqual(counted(samples, nameOf), {
      "client: local reset_sent null": RUNS,
      // Deno shuts down before it closes: the reset comes after a FIN.
      "server: peer reset_received EPIPE": RUNS,
      "refused: never, peer refused ECONNREFUSED": RUNS,
    });
    const reasons = samples.flatMap(({ flows }) => flows).filter((flow) => flow.closed && nameOf(flow) === "client");
    deepStrictEqual(new Set(reasons.map(({ end }) => end!.reason)), new Set(["closed with data unread"]));
  });

  Deno.test(`end of what was shut down first is its FIN, though its answer is read after the end, in ${sockets}`, async () => {
    await using running = await start();
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr as Deno.NetAddr;
    for (let i = 0; i < RUNS; i++) {
      const [client, server] = await Promise.all([Deno.connect({ hostname: "127.0.0.1", port }), listener.accept()]);
      await client.closeWrite();
      strictEqual(await server.read(new Uint8Array(1)), null);
      await server.write(new Uint8Array(101));
      server.close();
      strictEqual(await client.read(new Uint8Array(53)), 53);
      client.close();
    }
    const samples = await running.upToFresh();
    const nameOf = ({ local, remote }: FlowFacts) =>
      remote!.port === port ? "client" : local.port === port ? "server" : null;
    deepStrictEqual(counted(samples, nameOf), { "client: local fin null": RUNS, "server: peer fin null": RUNS });
  });

  Deno.test(`end tells each process how its connections ended, or were never established, in ${sockets}`, async () => {
    await using netns = await Netns.make();
    const enter = ["ip", "netns", "exec", netns.name];
    for (
      const words of [
        `-n ${netns.name} link add v type veth peer name w`,
        `-n ${netns.name} addr add 10.9.2.1/24 dev v`,
        `-n ${netns.name} link set v up`,
        `-n ${netns.name} link set w up`,
      ]
    ) await run("ip", ...words.split(" "));
    await run(...enter, "sysctl", "-qw", "net.ipv4.tcp_syn_retries=1", "net.ipv4.tcp_retries2=3");
    // Nobody has the address: that is known before the SYN has been tried often enough.
    await run(...enter, "sysctl", "-qw", "net.ipv4.neigh.v.mcast_solicit=1", "net.ipv4.neigh.v.retrans_time_ms=100");
    await using running = await start();
    Deno.env.set("TCPTOP_SOCKETS", sockets);
    await using events = new Events(tcptop(["--events", "--json"]));
    Deno.env.delete("TCPTOP_SOCKETS");
    {
      await using _churn = await Workload.start("churn", "--seconds", 30, "--rate", 20);
      await events.until(({ event }) => event === "closed");
    }
    await using stack = new AsyncDisposableStack();
    const ending = async (mode: string, ...args: readonly (string | number)[]) =>
      stack.use(await Ending.start(netns, mode, ...args));

    const servers = await Promise.all(["cut", "dies", "silent"].map((name) => ending(name, "127.0.0.1")));
    const ports = await Promise.all(servers.map((server) => server.says("port")));
    const open = (mode: string, port: string) => ending(mode, "127.0.0.1", port, MANY);
    const killed = await open("killed", ports[0]), unread = await open("unread", ports[1]);
    const keepalive = await open("keepalive", ports[2]), silent = await open("user_timeout", ports[2]);
    for (const one of [killed, unread, keepalive, silent]) {
      await one.says("ready");
      if (one === killed || one === unread) await one.go();
    }

    // By an administrator, and by the end of a process that has read nothing.
    await killed.says("waits");
    await run(...enter, "ss", "-K", "-tn", "dport", "=", ports[0]);
    await unread.says("waits");
    servers[1].kill();
    deepStrictEqual([await killed.says("ended"), await unread.says("ended")], [`103 ${MANY}`, `104 ${MANY}`]);

    // From now on nothing comes through to some ports, and some answers are a firewall's.
    const rules = [
      `tcp dport { ${ports[2]}, 9 } drop`,
      "tcp dport 12 reject with tcp reset",
      "tcp dport 13 reject with icmp type host-unreachable",
    ];
    const chain = "add table inet t; add chain inet t c { type filter hook output priority 0; };";
    await run(...enter, "nft", chain + rules.map((rule) => `add rule inet t c ${rule}`).join(";"));
    await keepalive.go();
    await silent.go();
    const connects = await Promise.all(
      (["127.0.0.1 9", "10.9.2.77 10", "127.0.0.1 11", "127.0.0.1 12", "127.0.0.1 13"] as const).map((to) =>
        ending("connect", ...to.split(" "), MANY)
      ),
    );
    const left = await ending("give_up", "127.0.0.2", 9, MANY);
    await left.says("ready");
    await left.go();
    const told = await Promise.all([keepalive, silent, ...connects, left].map((one) => one.says("ended")));
    // With hundreds at once the kernel leaves some without an answer (icmp_msgs_per_sec), until their time is up.
    const connected = told.slice(2, -1),
      once = [110, 110, 110, 113, 111, 111, 113, 0].map((error) => `${error} ${MANY}`);
    if (MANY < 20) deepStrictEqual(told, once);

    const expected: Record<string, number> = {
      "killed: kernel killed ECONNABORTED": MANY,
      "cut: peer killed ECONNRESET": MANY,
      "unread: peer reset_received ECONNRESET": MANY,
      "dies: local reset_sent null": MANY,
      "keepalive: kernel keepalive ETIMEDOUT": MANY,
      "user_timeout: kernel timeout ETIMEDOUT": MANY,
      "give_up 9: never, local given_up null": MANY,
    };
    connected.forEach((text, i) => {
      for (const [, error, count] of text.matchAll(/(\d+) (\d+)/g)) {
        expected[`connect ${[9, 10, 11, 12, 13][i]}: never, ${FAILURES[Number(error)]}`] = Number(count);
      }
    });
    const nameOf = ({ process, remote, netns: space, established }: FlowFacts) => {
      if (space !== netns.inode) return null;
      return established ? process : `${process} ${remote!.port}`;
    };
    deepStrictEqual(counted(await running.upToFresh(), nameOf), expected);
    const found: EventFacts[] = [], most = 12 * MANY;
    while (found.length < most) {
      found.push(await events.until(({ event, netns: space }) => event !== "opened" && space === netns.inode));
    }
    const ended = found.map((event) =>
      ({ ...event, closed: true, established: event.event !== "failed" }) as unknown as FlowFacts
    );
    deepStrictEqual(counted([{ flows: ended }], nameOf), expected);
    deepStrictEqual(
      found.filter(({ event, process }) => (event === "failed") !== ["connect", "give_up"].includes(process!)),
      [],
    );
  });
}
