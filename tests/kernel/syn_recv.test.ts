/** Connections whose handshake has not ended: most have no socket, and ss is the witness of how many there are. */
import { deepStrictEqual, ok } from "node:assert/strict";
import { FastOpen } from "../support/fastopen.ts";
import { Netns } from "../support/netns.ts";
import { execute, Running } from "../support/tcptop.ts";
import { Workload } from "../support/workload.ts";
import { KEPT, SOURCES } from "../support/kept.ts";

const HALF_OPEN = 13;
/** The client never learns that its SYN has arrived. */
const FIREWALL = "add table inet t; add chain inet t c { type filter hook output priority 0; };" +
  "add rule inet t c tcp flags & (syn | ack) == syn | ack drop";

for (const [source, sockets] of SOURCES) {
  Deno.test(`totals.syn_recv is what ss counts, in every namespace, by ${source} ${sockets}`, async () => {
    await using netns = await Netns.make();
    const enter = ["ip", "netns", "exec", netns.name];
    const inside = ["--client-netns", netns.path, "--server-netns", netns.path];
    await using held = await Workload.start("hold", "--count", 1, ...inside);
    const { port } = await held.until("ready");
    await execute([...enter, "nft", FIREWALL]);
    const script = `for i in $(seq ${HALF_OPEN}); do (exec 3<>/dev/tcp/127.0.0.1/${port}) & done; wait`;
    const clients = new Deno.Command(enter[0], { args: [...enter.slice(1), "bash", "-c", script], stderr: "null" })
      .spawn();
    if (sockets !== "") Deno.env.set("TCPTOP_SOCKETS", sockets);
    await using running = await Running.start("--interval", "200ms", "--source", source);
    Deno.env.delete("TCPTOP_SOCKETS");
    try {
      const { totals } = await running.until("the half-open ones", ({ totals }) => totals.syn_recv >= HALF_OPEN);
      const { stdout } = await execute([...enter, "ss", "-Htan", "state", "syn-recv"]);
      deepStrictEqual([totals.syn_recv, stdout.trimEnd().split("\n").length], [HALF_OPEN, HALF_OPEN]);
      await execute([...enter, "nft", "flush ruleset"]);
      await running.until("none of them", ({ totals }) => totals.syn_recv === 0, 30);
    } finally {
      await execute(["sh", "-c", `kill $(ip netns pids ${netns.name}) 2>/dev/null; true`]);
      await clients.status;
    }
  });
}

/** More than what a snapshot of changes alone needs to leave out what is at rest, and than there are between two whole ones. */
const SAMPLES = 60;

for (const sockets of KEPT) {
  Deno.test(`a handshake of TCP Fast Open that rests is in every sample's totals.syn_recv, by ${sockets}`, async () => {
    const { netns, start } = await FastOpen.prepared();
    await using _ = netns;
    Deno.env.set("TCPTOP_SOCKETS", sockets);
    await using running = await Running.start("--interval", "200ms");
    Deno.env.delete("TCPTOP_SOCKETS");
    await using _held = await start("nobody");
    await running.until("the handshake", ({ totals }) => totals.syn_recv >= 1);
    for (let i = 0; i < SAMPLES; i++) {
      const { totals } = await running.until("the next sample", () => true);
      ok(totals.syn_recv >= 1, `sample ${i}`); // others' may come and go
    }
  });
}
