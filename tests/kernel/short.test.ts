/** Short connections as fast as they go: every one is on record with all its bytes and its process. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { FlowFacts } from "../../src/output/flow_facts.ts";
import { losingNothing } from "../support/lost.ts";
import { Running } from "../support/tcptop.ts";
import { type Phase, Workload } from "../support/workload.ts";

const COUNT = 20_000, BYTES = 503;

/** What is known of the ended connections of one process, summed up. */
function sumOf(flows: readonly FlowFacts[], pid: number) {
  const own = flows.filter((flow) => flow.pid === pid && flow.remote !== null && flow.closed);
  const sum = (field: "rx_bytes" | "tx_bytes" | "rx_bytes_delta" | "tx_bytes_delta") =>
    own.reduce((total, flow) => total + flow[field]!, 0);
  return {
    ended: own.length,
    ids: new Set(own.map(({ id }) => id)).size,
    names: [...new Set(own.map(({ process }) => process))],
    rx: sum("rx_bytes"),
    tx: sum("tx_bytes"),
    // A connection may begin in one sample and end in the next: what it moved is in the two together.
    uneven: own.filter(({ rx_bytes, tx_bytes }) => rx_bytes !== BYTES || tx_bytes !== BYTES).length,
  };
}

const all = (process: string) => ({
  ended: COUNT,
  ids: COUNT,
  names: [process],
  rx: COUNT * BYTES,
  tx: COUNT * BYTES,
  uneven: 0,
});

async function run(running: Running): Promise<[Phase, Awaited<ReturnType<Running["upToFresh"]>>]> {
  await using workload = await Workload.start("short", "--count", COUNT, "--tx", BYTES);
  const done = await workload.until("done");
  return [done, await running.upToFresh()];
}

Deno.test("tcptop shows 20,000 short connections at full speed, both ends, exact and with their process", async () => {
  await using running = await Running.start("--interval", "1s");
  await losingNothing(async () => {
    const lostBefore = (await running.next()).health.events_lost;
    const [{ client, server }, samples] = await run(running);
    const flows = samples.flatMap((sample) => sample.flows), lost = samples.at(-1)!.health.events_lost - lostBefore;
    if (lost > 0) return lost;
    deepStrictEqual(sumOf(flows, client.pid), all("wl-client"));
    deepStrictEqual(sumOf(flows, server.pid), all("wl-server"));
    return 0;
  });
});

Deno.test("tcptop counts and says what a ring of 4096 bytes loses, and goes on", async () => {
  await using running = await Running.start("--interval", "1s", "--ring-size", "4096");
  const [{ client }, samples] = await run(running);
  const { health, source, flows } = samples.at(-1)!;
  ok(health.events_lost > 0, "a ring of 4096 bytes lost nothing");
  ok(health.events + health.events_lost >= 2 * COUNT, `${health.events} came, ${health.events_lost} were lost`);
  const note = source.notes.find(({ code }) => code === "events_lost")!;
  ok(note.message.startsWith(health.events_lost.toLocaleString("en-US")), note.message);
  ok(note.remedy!.includes("--ring-size"), note.remedy!);
  const shown = samples.flatMap((sample) => sample.flows).filter(({ pid, closed }) => pid === client.pid && closed);
  strictEqual(shown.filter(({ rx_bytes, tx_bytes }) => rx_bytes !== BYTES || tx_bytes !== BYTES).length, 0);
  strictEqual(flows.filter(({ pid }) => pid === client.pid).length, 0);
  strictEqual(await running.stop(), 0);
});
