/** A connection that goes on in another socket (TCP_REPAIR), as those of a container that is restored. */
import { deepStrictEqual } from "node:assert/strict";
import type { EventFacts } from "../../src/output/event_facts.ts";
import { Events } from "../support/events.ts";
import { KEPT, SOURCES } from "../support/kept.ts";
import { Netns } from "../support/netns.ts";
import { OddEnds } from "../support/odd_ends.ts";
import { Running, tcptop } from "../support/tcptop.ts";
import { Workload } from "../support/workload.ts";

for (const sockets of KEPT) {
  Deno.test(`a connection that goes on in another socket has all that it sent there, and no end before, in ${sockets}`, async () => {
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
    const [port] = await ends.do("moved"), found: EventFacts[] = [];
    await events.until((event) => {
      if (event.netns === netns.inode && (event.local.port === port || event.remote?.port === port)) found.push(event);
      return found.filter(({ event }) => event === "closed").length === 3;
    });
    const facts = found.map((
      e,
    ) => [e.event, e.direction, e.local.port === port, e.rx_bytes, e.tx_bytes, e.end?.how ?? null]);
    deepStrictEqual(
      facts.sort(),
      [
        ["closed", "inbound", false, 1006, 1009, "fin"],
        ["closed", "outbound", true, 0, 503, null],
        ["closed", null, true, 1009, 503, "fin"],
        ["opened", "inbound", false, 0, 0, null],
        ["opened", "outbound", true, 0, 0, null],
        ["opened", null, true, 0, 0, null],
      ].sort(),
    );
  });
}

for (const [source, sockets] of SOURCES) {
  Deno.test(`what goes on in another socket is counted there to the byte by ${source} ${sockets}`, async () => {
    await using netns = await Netns.make();
    if (sockets !== "") Deno.env.set("TCPTOP_SOCKETS", sockets);
    // By netlink a look between two steps of the move would see more.
    await using running = await Running.start("--interval", source === "netlink" ? "1s" : "200ms", "--source", source);
    Deno.env.delete("TCPTOP_SOCKETS");
    await using ends = await OddEnds.start(netns);
    await ends.says("port");
    await running.fresh();
    const [port] = await ends.do("moved"), samples = await running.upToFresh();
    const ended = samples.flatMap(({ flows }) => flows).filter((flow) => flow.netns === netns.inode && flow.closed);
    const bytes = ended.map(({ local, rx_bytes, tx_bytes }) => [local.port === port, rx_bytes, tx_bytes]);
    const first = source === "netlink" ? [] : [[true, 0, 503]]; // its end is not seen: its counters are cleared
    deepStrictEqual(bytes.sort(), [[false, 1006, 1009], ...first, [true, 1009, 503]].sort());
  });
}
