/** What is a connection and what never became one: refused, given up, and served before its handshake had ended. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { EventFacts } from "../../src/output/event_facts.ts";
import type { FlowFacts } from "../../src/output/flow_facts.ts";
import { Events } from "../support/events.ts";
import { FAST_OPEN_BYTES, FastOpen } from "../support/fastopen.ts";
import { Netns } from "../support/netns.ts";
import { execute, Running, tcptop } from "../support/tcptop.ts";
import { Workload } from "../support/workload.ts";
import { SOURCES } from "../support/kept.ts";

const REFUSED = 37;

/** A port that nobody listens on, and a shell that tries it so many times. */
async function refuse(times: number): Promise<number> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 }), { port } = listener.addr as Deno.NetAddr;
  listener.close();
  const script = `for i in $(seq ${times}); do exec 3<>/dev/tcp/127.0.0.1/${port}; done`;
  await execute(["bash", "-c", script.replace("exec 3", "(exec 3").replace(`${port};`, `${port}) 2>/dev/null;`)]);
  return port;
}

for (const [source, sockets] of SOURCES) {
  Deno.test(`${REFUSED} refused connects are failures, neither opened nor closed, by ${source} ${sockets}`, async () => {
    if (sockets !== "") Deno.env.set("TCPTOP_SOCKETS", sockets);
    await using running = await Running.start("--interval", "200ms", "--source", source);
    Deno.env.delete("TCPTOP_SOCKETS");
    const port = await refuse(REFUSED);
    await using good = await Workload.start("short", "--count", 3);
    const done = await good.until("done"), samples = await running.upToFresh();
    const flows = samples.flatMap(({ flows }) => flows).filter(({ closed }) => closed);
    const failed = flows.filter(({ remote }) => remote?.port === port);
    // A connect() that waits has its socket's addresses wiped when it fails (tcp_disconnect()), before netlink can tell of it.
    const told = source === "netlink" ? 0 : REFUSED;
    deepStrictEqual(failed.map(({ established }) => established), new Array(told).fill(false));
    deepStrictEqual(failed.filter(({ tx_bytes, rx_bytes }) => tx_bytes !== 0 || rx_bytes !== 0), []);
    // Who held a short connection is not netlink's to tell.
    const pids = source === "netlink" ? [] : [done.client.pid, done.server.pid];
    const mine = flows.filter(({ pid, remote }) => remote !== null && pids.includes(pid!));
    deepStrictEqual(mine.map(({ established }) => established), new Array(3 * pids.length).fill(true));
    const sum = (name: string) => samples.reduce((sum, { totals }) => sum + totals[name], 0);
    const others = flows.filter(({ established, protocol, state, remote }) =>
      protocol === "tcp" && remote !== null && state === "CLOSED" && established
    );
    ok(sum("failed") >= told);
    strictEqual(sum("failed"), flows.filter(({ established }) => established === false).length);
    strictEqual(sum("closed"), others.length);
    ok(sum("opened") <= others.length + samples.at(-1)!.flows.length);
  });
}

Deno.test("--events tells of a failed connect once, as failed, with its process", async () => {
  await using events = new Events(tcptop(["--events", "--json"]));
  await using _churn = await Workload.start("churn", "--seconds", 60, "--rate", 20);
  await events.until(({ event }) => event === "closed");
  const port = await refuse(1);
  const told = await events.until(({ remote }) => remote?.port === port);
  deepStrictEqual([told.event, told.process, told.final, told.tx_bytes], ["failed", "bash", true, 0]);
  ok(told.duration_us! >= 0);
});

for (const [source, sockets] of SOURCES) {
  Deno.test(
    `a connect that is still under way is not established, no opening, and not idle, by ${source} ${sockets}`.trim(),
    async () => {
      await using netns = await Netns.make();
      const inside = ["ip", "netns", "exec", netns.name];
      const rule =
        "add table inet t; add chain inet t c { type filter hook input priority 0; }; add rule inet t c tcp dport 9 drop";
      await execute([...inside, "nft", rule]);
      const args = [...inside.slice(1), "bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/9"];
      const child = new Deno.Command(inside[0], { args, stdin: "null", stderr: "null" }).spawn();
      try {
        Deno.env.set("TCPTOP_SOCKETS", sockets);
        await using running = await Running.start("--interval", "200ms", "--source", source);
        Deno.env.delete("TCPTOP_SOCKETS");
        const isOurs = (flow: FlowFacts) => flow.netns === netns.inode && flow.remote?.port === 9;
        const sample = await running.until("the connect", ({ flows }) => flows.some(isOurs));
        const flow = sample.flows.find(isOurs)!;
        deepStrictEqual([flow.state, flow.established, flow.closed], ["SYN_SENT", false, false]);
        deepStrictEqual([flow.limited_by, flow.idle_ms, flow.send_queue_bytes, flow.unsent_bytes], [null, null, 0, 0]);
        child.kill("SIGKILL");
        const end = await running.until("its end", ({ flows }) => flows.some((flow) => isOurs(flow) && flow.closed));
        deepStrictEqual(end.flows.find(isOurs)!.established, false);
      } finally {
        await execute(["kill", "-KILL", String(child.pid)]);
        await child.status;
      }
    },
  );
}

for (const closer of ["server", "client"]) {
  Deno.test(`a connection of TCP Fast Open that its ${closer} ends in its handshake is told, with all it moved`, async () => {
    const { netns, start } = await FastOpen.prepared();
    await using _ = netns;
    await using events = new Events(tcptop(["--events", "--json"]));
    await using _churn = await Workload.start("churn", "--seconds", 60, "--rate", 20);
    await events.until(({ event }) => event === "closed");
    await using served = await start(closer);
    await served.openFirewall();
    const server = ({ local, remote }: EventFacts) => local.port === served.port && remote !== null;
    const opened = await events.until(server);
    deepStrictEqual([opened.event, opened.direction], ["opened", "inbound"]);
    await served.release();
    const closed = await events.until(server);
    deepStrictEqual([closed.event, closed.id, closed.pid, closed.rx_bytes], [
      "closed",
      opened.id,
      served.pid,
      FAST_OPEN_BYTES,
    ]);
  });
}
