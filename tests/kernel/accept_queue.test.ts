/** A listener whose process does not accept: how many wait, how many may, and that it is said. ss is the witness. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { Netns } from "../support/netns.ts";
import { deafListener } from "../support/pump.ts";
import { execute, Running } from "../support/tcptop.ts";
import { SOURCES } from "../support/kept.ts";

const BACKLOG = 5, CLIENTS = 50;

/** What nstat has of a namespace. */
async function overflows(netns: Netns): Promise<number> {
  const { stdout } = await execute(["ip", "netns", "exec", netns.name, "nstat", "-asz", "TcpExtListenOverflows"]);
  return Number(/TcpExtListenOverflows +(\d+)/.exec(stdout)![1]);
}

for (const [source, sockets] of SOURCES) {
  Deno.test(`accept_queue is what ss has of a listener, and a full one is a note, by ${source} ${sockets}`, async () => {
    await using netns = await Netns.make();
    await using listener = await deafListener(netns, BACKLOG);
    const enter = ["ip", "netns", "exec", netns.name], { port } = listener;
    if (sockets !== "") Deno.env.set("TCPTOP_SOCKETS", sockets);
    await using running = await Running.start("--interval", "200ms", "--source", source, "--listen");
    Deno.env.delete("TCPTOP_SOCKETS");
    const of = ({ flows }: Awaited<ReturnType<typeof running.next>>) =>
      flows.find(({ local, remote, netns: space }) => local.port === port && remote === null && space === netns.inode);
    deepStrictEqual(of(await running.fresh())?.accept_queue, {
      length: 0,
      limit: BACKLOG,
      overflows: 0,
      overflows_at_most: 0,
    });
    const script = `for i in $(seq ${CLIENTS}); do (exec 3<>/dev/tcp/127.0.0.1/${port}; sleep 30) & done; wait`;
    // All on one CPU: the kernel looks for room without the queue's lock (sk_acceptq_is_full() in tcp_v4_syn_recv_sock(),
    // net/ipv4/tcp_ipv4.c) and adds later, so two CPUs at once let in one connection more.
    const [, cpu] = /^Cpus_allowed_list:\s+(\d+)/m.exec(await Deno.readTextFile("/proc/self/status"))!;
    const args = [...enter.slice(1), "taskset", "-c", cpu, "bash", "-c", script];
    const clients = new Deno.Command(enter[0], { args, stderr: "null" }).spawn();
    try {
      const sample = await running.until("a full queue", (sample) => (of(sample)?.accept_queue?.length ?? 0) > BACKLOG);
      const [, waiting, limit] = /LISTEN +(\d+) +(\d+)/.exec((await execute([...enter, "ss", "-Hltn"])).stdout)!;
      const { length, limit: most } = of(sample)!.accept_queue!;
      deepStrictEqual([length, most], [Number(waiting), Number(limit)]);
      deepStrictEqual([length, most], [BACKLOG + 1, BACKLOG]);
      const notes = sample.source.notes.filter(({ code, message }) =>
        code === "accept_queue_full" && message.includes(` port ${port}: `)
      );
      strictEqual(notes.length, 1);
      match(notes[0].message, new RegExp(`^pump-listen .* port ${port}: 6 connections wait where 5 may`));
      deepStrictEqual([of(sample)!.limited_by, of(sample)!.receive_queue_bytes], [null, null]);
      // A client that was turned away tries again after 1 s, 3 s, 7 s: each attempt counts.
      const TWICE = 2 * (CLIENTS - BACKLOG - 1);
      await running.until("a second attempt", (sample) => (of(sample)?.accept_queue?.overflows ?? 0) >= TWICE);
      let told: unknown = null, counted = 0;
      for (let tries = 0, agrees = false; tries < 20 && !agrees; tries++) {
        const before = await overflows(netns);
        told = of(await running.fresh())!.accept_queue;
        counted = await overflows(netns);
        agrees = before === counted;
      }
      ok(counted >= TWICE, `${counted}`);
      deepStrictEqual(told, { length: BACKLOG + 1, limit: BACKLOG, overflows: counted, overflows_at_most: counted });
    } finally {
      await execute(["sh", "-c", `kill $(ip netns pids ${netns.name}) 2>/dev/null; true`]);
      await clients.status;
    }
  });
}
