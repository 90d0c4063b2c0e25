/** Connections that are older than tcptop, of which it must find out which end called: their direction, and the byte that a SYN is. */
import { deepStrictEqual } from "node:assert/strict";
import { compiled } from "../support/compiled.ts";
import { SOURCES } from "../support/kept.ts";
import { lines, within } from "../support/lines.ts";
import { Netns } from "../support/netns.ts";
import { execute, type SampleDocument, tcptop } from "../support/tcptop.ts";

/** tests/kernel/older.c in a namespace of its own, for as long as `body` runs. */
async function withOlder(body: (accepted: number[], connected: number[]) => Promise<void>): Promise<void> {
  const program = await compiled("older", [new URL("older.c", import.meta.url)]);
  await using netns = await Netns.make();
  const args = ["netns", "exec", netns.name, program];
  const child = new Deno.Command("ip", { args, stdin: "piped", stdout: "piped" }).spawn(), said = lines(child.stdout);
  const ports = async () => (await within(20, "ports", said.next())).value!.split(" ").slice(1).map(Number);
  try {
    await body(await ports(), await ports());
  } finally {
    await child.stdin.close().catch(() => {});
    await said.return();
    await child.status;
  }
}

for (const [source, sockets] of SOURCES) {
  Deno.test(`who called is known by the SYN's byte, whatever the backlog says, by ${source} ${sockets}`, async () => {
    await withOlder(async ([server, client], [caller, called]) => {
      const { stdout } = await execute(tcptop(["--once", "--json", "-i", "100ms", "--source", source]), {
        TCPTOP_SOCKETS: sockets,
      });
      const { flows } = JSON.parse(stdout) as SampleDocument;
      const row = (local: number, remote: number) =>
        flows.filter((flow) => flow.local.port === local && flow.remote?.port === remote)
          .map(({ direction, rx_bytes, tx_bytes }) => [direction, rx_bytes, tx_bytes]);
      deepStrictEqual([row(server, client), row(client, server), row(caller, called), row(called, caller)], [
        [["inbound", 0, 1009]],
        [["outbound", 1009, 0]],
        [["outbound", 0, 77]],
        [["inbound", 77, 0]],
      ]);
    });
  });
}
