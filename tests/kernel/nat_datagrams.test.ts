/** UDP through NAT in the socket's own network namespace: a conversation of a connected socket is one flow, with the ends that its process knows. */
import { deepStrictEqual } from "node:assert/strict";
import { compiled } from "../support/compiled.ts";
import { lines, within } from "../support/lines.ts";
import { KEPT } from "../support/kept.ts";
import { Netns } from "../support/netns.ts";
import { execute, Running } from "../support/tcptop.ts";

const RULES = "add table inet t;" +
  "add chain inet t o { type nat hook output priority -100; };" +
  "add rule inet t o ip daddr 127.0.0.1 udp dport { 53, 5300 } dnat ip to 127.0.0.1:41000;" +
  "add rule inet t o ip6 daddr ::1 udp dport { 53, 5300 } dnat ip6 to [::1]:41000;" +
  "add chain inet t p { type nat hook postrouting priority 100; };" +
  "add rule inet t p ip daddr 127.0.0.1 udp dport 6100 snat ip to 127.0.0.77:1000";
/** Of the second there are places for those to port 5300 (udp_busy.h): what comes in is counted there, what goes out in the table. */
const TIMES = [11, 50_021];

for (const [sockets, times] of KEPT.flatMap((sockets) => TIMES.map((times) => [sockets, times] as const))) {
  Deno.test(`a connected UDP socket behind NAT is one flow, with its own ends, ${times} times, in ${sockets}`, async () => {
    const out = [times, times * 101, times, times * 53];
    await using netns = await Netns.make();
    const enter = ["ip", "netns", "exec", netns.name];
    const { code, stderr } = await execute([...enter, "nft", RULES]);
    deepStrictEqual([code, stderr], [0, ""]);
    Deno.env.set("TCPTOP_SOCKETS", sockets);
    await using running = await Running.start("--interval", "200ms", "--udp");
    Deno.env.delete("TCPTOP_SOCKETS");
    const program = await compiled("nat_datagrams", [new URL("nat_datagrams.c", import.meta.url)]);
    const child = new Deno.Command("ip", {
      args: [...enter.slice(1), program, `${times}`],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const said = lines(child.stdout), ports = new Map<string, number>();
    try {
      while (!ports.has("named")) {
        const { value } = await within(20, "nat_datagrams", said.next());
        const [name, port] = value!.split(" ");
        ports.set(name, Number(port));
      }
      const { flows } = await running.fresh(), found: Record<string, unknown[]> = {};
      for (const [name, port] of ports) {
        found[name] = flows.filter(({ netns: space, local, remote }) =>
          space === netns.inode && local.port === port && remote !== null
        ).map((
          { local, remote, tx_packets, tx_bytes, rx_packets, rx_bytes, direction },
        ) => [local.address, remote!.address, remote!.port, direction, tx_packets, tx_bytes, rx_packets, rx_bytes]);
      }
      deepStrictEqual(found, {
        to: [["127.0.0.1", "127.0.0.1", 53, "outbound", ...out]],
        from: [["127.0.0.1", "127.0.0.1", 6100, "outbound", ...out]],
        mapped: [["127.0.0.1", "127.0.0.1", 5300, "outbound", ...out]],
        six: [["::1", "::1", 5300, "outbound", ...out]],
        // It did go there, whatever the socket is connected to.
        named: [["127.0.0.1", "127.0.0.1", 6200, "outbound", times, times, 0, 0]],
      });
    } finally {
      await child.stdin.close();
      await said.return();
      await child.status;
    }
  });
}
