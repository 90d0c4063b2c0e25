/** Connections that wait to be accepted when their listener is closed, or its process killed: both ends are told how they ended. */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { KEPT } from "../support/kept.ts";
import { Netns } from "../support/netns.ts";
import { OddEnds } from "../support/odd_ends.ts";
import { Running } from "../support/tcptop.ts";

const COUNT = 101;

for (const sockets of KEPT) {
  for (const how of ["unaccepted", "killed"]) {
    Deno.test(`end says of connections that nobody accepted who reset them, ${how}, in ${sockets}`, async () => {
      await using netns = await Netns.make();
      Deno.env.set("TCPTOP_SOCKETS", sockets);
      await using running = await Running.start("--interval", "200ms");
      Deno.env.delete("TCPTOP_SOCKETS");
      await using ends = await OddEnds.start(netns);
      await ends.says("port");
      const [port] = await ends.do(how, COUNT);
      await ends.do("active");
      const flows = (await running.upToFresh()).flatMap(({ flows }) => flows)
        .filter((flow) => flow.closed && flow.remote !== null && flow.netns === netns.inode);
      const servers = flows.filter(({ local }) => local.port === port), counts: Record<string, number> = {};
      for (const { end, direction, rx_bytes } of servers) {
        const said = `${direction} ${rx_bytes} ${end?.by} ${end?.how} ${end?.error}: ${end?.reason}`;
        counts[said] = (counts[said] ?? 0) + 1;
      }
      const reset = "local reset_sent null: its listener was closed before it was accepted";
      deepStrictEqual(counts, { [`inbound 7 ${reset}`]: 51, [`inbound 0 ${reset}`]: 50 });
      const clients = flows.filter(({ remote }) => remote!.port === port);
      strictEqual(clients.length, COUNT);
      deepStrictEqual(new Set(clients.map(({ end }) => `${end?.by} ${end?.how}`)), new Set(["peer reset_received"]));
    });
  }
}
