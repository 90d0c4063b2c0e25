/** Why and by whom a connection ended: each way is brought about, and told at both ends where both are here. */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { FlowFacts } from "../../src/output/flow_facts.ts";
import { compiled } from "../support/compiled.ts";
import { lines, within } from "../support/lines.ts";
import { Netns } from "../support/netns.ts";
import { execute, Running } from "../support/tcptop.ts";
import { Workload } from "../support/workload.ts";

const RUNS = 200;

const said = (flow: FlowFacts) => flow.end === null ? "-" : `${flow.end.by} ${flow.end.how} ${flow.end.error}`;

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

for (const sockets of ["storage", "table"]) {
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
      "refused: peer refused ECONNREFUSED": RUNS,
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

  Deno.test(`end tells who was killed, timed out, never answered, unreachable and given up, in ${sockets}`, async () => {
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

    // Killed.
    const inside = ["--client-netns", netns.path, "--server-netns", netns.path];
    await using held = await Workload.start("hold", "--count", 3, "--tx", 101, ...inside);
    const ready = await held.until("ready");
    await run(...enter, "ss", "-K", "-tn", "dport", "=", `${ready.port}`);

    // Timed out: by keepalive, and with something sent.
    await using other = await Workload.start("hold", "--count", 1, ...inside);
    const { port } = await other.until("ready"),
      program = await compiled("ending", [new URL("ending.c", import.meta.url)]);
    const children = ["keepalive", "user_timeout"].map((mode) => {
      const args = [...enter.slice(1), program, mode, "127.0.0.1", `${port}`];
      const child = new Deno.Command(enter[0], { args, stdin: "piped", stdout: "piped" }).spawn();
      return { child, said: lines(child.stdout) };
    });
    for (const { said } of children) strictEqual((await within(20, "a connection", said.next())).value, "connected");
    const firewall = `add table inet t; add chain inet t c { type filter hook output priority 0; };` +
      `add rule inet t c tcp dport ${port} drop; add rule inet t c tcp dport 9 drop`;
    await run(...enter, "nft", firewall);
    for (const { child } of children) {
      const input = child.stdin.getWriter();
      await input.write(new Uint8Array([10]));
      input.releaseLock();
    }

    // Never answered, unreachable (nobody has the address), and given up by its own process.
    const connect = (to: string, limit: string) =>
      execute([...enter, "timeout", limit, "bash", "-c", `exec 3<>/dev/tcp/${to}`]);
    await Promise.all([connect("127.0.0.1/9", "20"), connect("10.9.2.77/10", "20"), connect("127.0.0.2/9", "0.3")]);
    for (const { said } of children) strictEqual((await within(20, "its end", said.next())).value, "ended 110");
    for (const { child, said } of children) {
      await child.stdin.close();
      await said.return();
      await child.status;
    }

    const samples = await running.upToFresh();
    const nameOf = ({ process, remote, netns: space }: FlowFacts) => {
      if (space !== netns.inode) return null;
      if (remote!.port === ready.port) return "killed";
      if (process === "keepalive" || process === "user_timeout") return process;
      return remote!.port === 9 || remote!.port === 10 ? `${remote!.address} ${remote!.port}` : null;
    };
    deepStrictEqual(counted(samples, nameOf), {
      "killed: kernel killed ECONNABORTED": 3,
      "keepalive: kernel keepalive ETIMEDOUT": 1,
      "user_timeout: kernel timeout ETIMEDOUT": 1,
      "127.0.0.1 9: kernel timeout ETIMEDOUT": 1,
      "10.9.2.77 10: kernel unreachable EHOSTUNREACH": 1,
      "127.0.0.2 9: local given_up null": 1,
    });
  });
}
