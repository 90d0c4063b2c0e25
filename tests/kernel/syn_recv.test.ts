/** Connections whose handshake has not ended: most have no socket, and ss is the witness of how many there are. */
import { ok, strictEqual } from "node:assert/strict";
import { FastOpen } from "../support/fastopen.ts";
import { Netns } from "../support/netns.ts";
import { until } from "../support/program.ts";
import { execute, Running } from "../support/tcptop.ts";
import { Workload } from "../support/workload.ts";
import { KEPT, SOURCES } from "../support/kept.ts";

const HALF_OPEN = 13;
/** The client never learns that its SYN has arrived. */
const FIREWALL = "add table inet t; add chain inet t c { type filter hook output priority 0; };" +
  "add rule inet t c tcp flags & (syn | ack) == syn | ack drop";

/** Exact where nothing has changed meanwhile. */
const isBetween = ([before, told, after]: readonly number[]) =>
  Math.min(before, after) <= told && told <= Math.max(before, after);

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
    const ss = async (...prefix: string[]) => {
      const { stdout } = await execute([...prefix, "ss", "-Htan", "state", "syn-recv"]);
      return stdout.split("\n").filter((line) => line !== "").length;
    };
    /** Those of this machine's first namespace come and go with other programs. */
    const agree = async (own: number) => {
      await until(`${own} of our own`, async () => await ss(...enter) === own);
      let seen: number[] = [];
      for (let tries = 0; tries < 20; tries++) {
        const before = await ss(), { totals } = await running.fresh(), after = await ss();
        seen = [before + own, totals.syn_recv, after + own];
        if (isBetween(seen)) break;
      }
      ok(isBetween(seen), `${seen}`);
    };
    try {
      await agree(HALF_OPEN);
      strictEqual(await ss(...enter), HALF_OPEN);
      await execute([...enter, "nft", "flush ruleset"]);
      await agree(0);
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
