/** Whose a connection is when it was not opened by who holds it. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { compiled } from "../support/compiled.ts";
import { KEPT } from "../support/kept.ts";
import { lines, within } from "../support/lines.ts";
import { losingNothing } from "../support/lost.ts";
import { byEnds, Running, type SampleDocument } from "../support/tcptop.ts";
import { endsOf, Workload } from "../support/workload.ts";

for (const [command, heir] of [["forkhold", "wl-heir"], ["passfd", "wl-taker"]]) {
  Deno.test(`tcptop gives the connection of ${command} to the process that holds it in the end`, async () => {
    await using running = await Running.start("--interval", "150ms");
    await using workload = await Workload.start(command, "--steps");
    const before = await workload.until("before"), [end] = endsOf(before), key = `${end.local} ${end.remote}`;
    const opened = byEnds((await running.fresh()).flows).get(key)!;
    deepStrictEqual([opened.pid, opened.process], [before.opener.pid, "wl-client"]);

    await workload.goOn();
    const ready = await workload.until("ready"), { sent, received } = ready.connections[0].client;
    // Sockets are handed on without a word; the descriptors of all processes are looked over every 3 s.
    const sample = await running.until(
      `${heir} to be the owner`,
      ({ flows }) => {
        const flow = byEnds(flows).get(key);
        return flow?.pid === ready.holder.pid && flow.rx_bytes === received;
      },
    );
    const { process, rx_bytes, tx_bytes } = byEnds(sample.flows).get(key)!;
    deepStrictEqual([process, rx_bytes, tx_bytes], [heir, received, sent]);
    await workload.goOn();
    await workload.until("done");
  });
}

Deno.test("tcptop gives each connection of a preforked server to the worker that accepted it", async () => {
  await using running = await Running.start("--interval", "150ms");
  await using workload = await Workload.start("prefork", "--count", 203, "--tx", 101);
  const ends = endsOf(await workload.until("ready")), flows = byEnds((await running.fresh()).flows);
  deepStrictEqual(
    ends.map(({ local, remote }) => flows.get(`${local} ${remote}`)).map((flow) => [
      flow?.pid,
      flow?.process,
      flow?.rx_bytes,
      flow?.tx_bytes,
    ]),
    ends.map(({ side, direction }) => [side.pid, direction === "inbound" ? "wl-worker" : "wl-client", 101, 101]),
  );
  await workload.goOn();
  await workload.until("done");
});

for (const flags of [["--short"], ["--short", "--reset"]]) {
  Deno.test(`tcptop gives short connections of a preforked server (${flags.join(" ")}) to their worker`, async () => {
    await using running = await Running.start("--interval", "1s");
    await losingNothing(async () => {
      await using workload = await Workload.start("prefork", "--count", 203, "--tx", 101, ...flags);
      const ready = await workload.until("ready"), ends = endsOf(ready), samples = await running.upToFresh();
      if (samples.at(-1)!.health.events_lost > 0) return samples.at(-1)!.health.events_lost;
      const flows = byEnds(samples.flatMap((sample) => sample.flows).filter(({ closed }) => closed));
      const seen = ends.map(({ local, remote }) => flows.get(`${local} ${remote}`));
      deepStrictEqual(seen.map((flow) => [flow?.rx_bytes, flow?.tx_bytes]), ends.map(() => [101, 101]));
      // A sample may be taken after a reset and before the worker has let go, which is when it is known: its listener's process is told then.
      const unclaimed = seen.filter((flow, i) => flow?.pid !== ends[i].side.pid);
      deepStrictEqual(unclaimed.filter((flow) => flow?.pid !== ready.server.pid), []);
      ok(unclaimed.length <= (flags.includes("--reset") ? samples.length : 0), `${unclaimed.length} unclaimed`);
      strictEqual(new Set(ends.map(({ side }) => side.pid)).size, 5);
      return 0;
    });
  });
}

/** What passed_on.c does. */
const WAITING = 3;
for (const sockets of KEPT) {
  Deno.test(`tcptop puts what waits to be accepted down to who has its listener, not to a process that has ended, in ${sockets}`, async () => {
    const program = await compiled("passed_on", [new URL("passed_on.c", import.meta.url)]);
    const child = new Deno.Command(program, { args: [String(WAITING)], stdin: "piped", stdout: "piped" }).spawn();
    const said = lines(child.stdout), writer = child.stdin.getWriter();
    const [port, first, heir] = (await within(10, "its listener", said.next())).value!.split(" ").map(Number);
    Deno.env.set("TCPTOP_SOCKETS", sockets);
    await using running = await Running.start(
      "--interval",
      "150ms",
      "--source",
      "bpf",
      "--listen",
      "-f",
      `sport:${port}`,
    );
    Deno.env.delete("TCPTOP_SOCKETS");
    await running.next();
    const connections = await Promise.all(
      Array.from({ length: WAITING }, () => Deno.connect({ hostname: "127.0.0.1", port })),
    );
    const are = (pid: number) => (sample: SampleDocument) =>
      sample.flows.length === 1 + WAITING && sample.flows.every((flow) => flow.pid === pid);
    const ofFirst = await running.until("connections that wait", are(first));
    strictEqual(ofFirst.flows[0].process, "po-first");
    await writer.write(new Uint8Array(1));
    // Descriptors are looked over every 3 s.
    const { flows } = await running.until("the heir", are(heir));
    deepStrictEqual(new Set(flows.map(({ process }) => process)), new Set(["po-heir"]));
    await writer.write(new Uint8Array(1));
    strictEqual((await within(10, "accept()", said.next())).value, "accepted");
    for (const connection of connections) connection.close();
    await writer.close();
    await running.until("the end", (sample) => sample.flows.length === 0);
    await said.return(undefined);
    await child.status;
  });
}
