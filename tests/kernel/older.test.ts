/** Connections that are older than tcptop, of which it must find out which end called: their direction, and the byte that a SYN is. */
import { deepStrictEqual } from "node:assert/strict";
import { compiled } from "../support/compiled.ts";
import { SOURCES } from "../support/kept.ts";
import { lines, within } from "../support/lines.ts";
import { Netns } from "../support/netns.ts";
import { execute, type SampleDocument, tcptop } from "../support/tcptop.ts";

type Ports = readonly [sender: number, other: number];

/** tests/kernel/older.c in a namespace of its own, for as long as `body` runs. */
async function withOlder(body: (connections: Ports[]) => Promise<void>): Promise<void> {
  const program = await compiled("older", [new URL("older.c", import.meta.url)]);
  await using netns = await Netns.make();
  const args = ["netns", "exec", netns.name, program];
  const child = new Deno.Command("ip", { args, stdin: "piped", stdout: "piped" }).spawn(), said = lines(child.stdout);
  const ports = async () => (await within(20, "ports", said.next())).value!.split(" ").map(Number) as unknown as Ports;
  try {
    await body([await ports(), await ports(), await ports(), await ports()]);
  } finally {
    await child.stdin.close().catch(() => {});
    await said.return();
    await child.status;
  }
}

for (const [source, sockets] of SOURCES) {
  Deno.test(`who called is known by the SYN's byte, whatever the backlog says, half-closed too, by ${source} ${sockets}`, async () => {
    await withOlder(async (connections) => {
      const { stdout } = await execute(tcptop(["--once", "--json", "-i", "100ms", "--source", source]), {
        TCPTOP_SOCKETS: sockets,
      });
      const { flows } = JSON.parse(stdout) as SampleDocument;
      const row = (local: number, remote: number) =>
        flows.filter((flow) => flow.local.port === local && flow.remote?.port === remote)
          .map(({ state, direction, rx_bytes, tx_bytes }) => [state, direction, rx_bytes, tx_bytes]);
      deepStrictEqual(connections.map(([sender, other]) => [...row(sender, other), ...row(other, sender)]), [
        [["ESTABLISHED", "inbound", 0, 1009], ["ESTABLISHED", "outbound", 1009, 0]],
        [["ESTABLISHED", "outbound", 0, 77], ["ESTABLISHED", "inbound", 77, 0]],
        [["FIN_WAIT2", "inbound", 0, 503], ["CLOSE_WAIT", "outbound", 503, 0]],
        [["FIN_WAIT2", "outbound", 0, 331], ["CLOSE_WAIT", "inbound", 331, 0]],
      ]);
    });
  });
}
