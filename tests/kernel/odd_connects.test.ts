/** A connect() that sends no SYN is no connection: no row, no event, none that failed. The same socket may connect afterwards. */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { EventFacts } from "../../src/output/event_facts.ts";
import { Events } from "../support/events.ts";
import { KEPT, SOURCES } from "../support/kept.ts";
import { Netns } from "../support/netns.ts";
import { OddEnds } from "../support/odd_ends.ts";
import { execute, Running, type SampleDocument, tcptop } from "../support/tcptop.ts";
import { Workload } from "../support/workload.ts";

const inside = (netns: Netns, samples: readonly SampleDocument[]) =>
  samples.flatMap(({ flows }) => flows).filter((flow) => flow.netns === netns.inode);

for (const [source, sockets] of SOURCES) {
  Deno.test(`a connect() that sends no SYN has no row, and the next one of its socket is right, by ${source} ${sockets}`, async () => {
    await using netns = await Netns.make();
    if (sockets !== "") Deno.env.set("TCPTOP_SOCKETS", sockets);
    await using running = await Running.start("--interval", "200ms", "--source", source);
    Deno.env.delete("TCPTOP_SOCKETS");
    await using ends = await OddEnds.start(netns);
    const [port] = await ends.says("port");

    const [local, other] = await ends.do("in_use");
    let samples = await running.upToFresh();
    const toOther = inside(netns, [samples.at(-1)!]).filter(({ remote }) => remote?.port === other);
    deepStrictEqual(
      toOther.map((flow) => [flow.local.port, flow.direction, flow.pid, flow.state, flow.tx_bytes, flow.established]),
      [[local, "outbound", ends.pid, "ESTABLISHED", 211, true]],
    );
    if (source === "bpf") strictEqual(toOther[0].age_ms! < 60_000, true);

    // All that it may have are taken by the first that connect.
    const { code } = await execute(
      ["ip", "netns", "exec", netns.name, "sysctl", "-qw", "net.ipv4.ip_local_port_range=20000 20006"],
    );
    strictEqual(code, 0);
    await ends.do("no_port");
    await execute(
      ["ip", "netns", "exec", netns.name, "sysctl", "-qw", "net.ipv4.ip_local_port_range=20010 20900"],
    );
    await ends.do("deferred");
    samples = samples.concat(await running.upToFresh());
    await ends.do("undefer");
    await ends.do("deferred");
    samples = samples.concat(await running.upToFresh());
    const rows = inside(netns, samples).filter(({ established, remote }) => remote !== null && !established);
    deepStrictEqual(rows, []);
    const [later] = await ends.do("later");
    samples = samples.concat(await running.upToFresh());
    deepStrictEqual(
      inside(netns, [samples.at(-1)!]).filter((flow) => flow.local.port === later && flow.remote?.port === port)
        .map((flow) => [flow.direction, flow.pid, flow.state, flow.tx_bytes]),
      [["outbound", ends.pid, "ESTABLISHED", 223]],
    );
    strictEqual(inside(netns, samples).filter(({ local }) => local.port === 0).length, 0);
  });
}

for (const [source, sockets] of SOURCES) {
  Deno.test(
    `what held up a socket's connection is not told of its next one, by ${source} ${sockets}`.trim(),
    async () => {
      await using netns = await Netns.make();
      Deno.env.set("TCPTOP_SOCKETS", sockets);
      await using running = await Running.start("--interval", "200ms", "--source", source);
      Deno.env.delete("TCPTOP_SOCKETS");
      await using ends = await OddEnds.start(netns);
      await ends.says("port");
      // What the first one was held up is told, and more than the second one may have.
      const [first] = await ends.do("full");
      let heldMs = 0;
      await running.until("the first one held up", (sample) => {
        for (const flow of inside(netns, [sample])) if (flow.local.port === first) heldMs += flow.peer_window_ms ?? 0;
        return heldMs >= 200;
      });
      const [local] = await ends.do("again");
      const flows = inside(netns, await running.upToFresh()).filter(({ local: { port } }) => port === local);
      const last = flows.at(-1)!,
        sum = (of: (flow: (typeof flows)[0]) => number | null) => flows.reduce((sum, flow) => sum + of(flow)!, 0);
      strictEqual(sum(({ busy_ms }) => busy_ms) < 100, true);
      strictEqual(sum(({ peer_window_ms }) => peer_window_ms), 0);
      deepStrictEqual(
        [last.state, last.tx_bytes, last.lost ?? 0, last.delivery_bytes_per_s],
        ["ESTABLISHED", 0, 0, null],
      );
    },
  );
}

for (const sockets of KEPT) {
  Deno.test(`connect_us of what came in is null where a SYN cookie has kept no time, in ${sockets}`, async () => {
    await using netns = await Netns.make();
    Deno.env.set("TCPTOP_SOCKETS", sockets);
    await using running = await Running.start("--interval", "200ms");
    Deno.env.delete("TCPTOP_SOCKETS");
    await using ends = await OddEnds.start(netns);
    await ends.says("port");
    for (const cookies of [2, 0]) {
      await execute(["ip", "netns", "exec", netns.name, "sysctl", "-qw", `net.ipv4.tcp_syncookies=${cookies}`]);
      const [local] = await ends.do("active"), flows = inside(netns, await running.upToFresh());
      const client = flows.find((flow) => flow.closed && flow.local.port === local)!;
      const server = flows.find((flow) => flow.closed && flow.remote?.port === local)!;
      deepStrictEqual([client.connect_us! > 0, server.connect_us !== null], [true, cookies === 0]);
    }
  });

  Deno.test(`a connect() that sends no SYN is no event, in ${sockets}`, async () => {
    await using netns = await Netns.make();
    await using ends = await OddEnds.start(netns);
    await ends.says("port");
    Deno.env.set("TCPTOP_SOCKETS", sockets);
    await using events = new Events(tcptop(["--events", "--json"]));
    Deno.env.delete("TCPTOP_SOCKETS");
    {
      await using _churn = await Workload.start("churn", "--seconds", 30, "--rate", 20);
      await events.until(({ event }) => event === "closed");
    }
    const found: EventFacts[] = [];
    const [local, other] = await ends.do("in_use");
    await ends.do("deferred");
    await ends.do("undefer");
    const [last] = await ends.do("active");
    await events.until((event) => {
      if (event.netns === netns.inode) found.push(event);
      return event.event === "closed" && event.netns === netns.inode && event.local.port === last;
    });
    deepStrictEqual(
      found.filter(({ event, remote, local: { port: at } }) => event === "failed" || remote?.port === other || at === 0)
        .map((event) => [event.event, event.local.port, event.remote?.port, event.direction]),
      [["opened", local, other, "outbound"]],
    );
  });
}
