/** Bytes that move or end in unusual ways: what counts in the socket layer alone gets these wrong. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { FlowFacts } from "../../src/output/flow_facts.ts";
import { losingNothing } from "../support/lost.ts";
import { byEnds, Running } from "../support/tcptop.ts";
import { type End, endsOf, Workload } from "../support/workload.ts";

type Shown = Pick<FlowFacts, "pid" | "state" | "rx_bytes" | "tx_bytes">;
const shown = ({ pid, state, rx_bytes, tx_bytes }: FlowFacts): Shown => ({ pid, state, rx_bytes, tx_bytes });

/** The two ends, client first, as they are held and as they were when they had ended. */
async function watch(running: Running, command: string, ...args: (string | number)[]) {
  await using workload = await Workload.start(command, ...args);
  const ends = endsOf(await workload.until("ready"));
  const find = (flows: readonly FlowFacts[]) =>
    ends.map(({ local, remote }) => byEnds(flows).get(`${local} ${remote}`));
  const held = find((await running.fresh()).flows).map((flow) => shown(flow!));
  await workload.goOn();
  const done = await workload.until("done"), samples = await running.upToFresh();
  const ended = find(samples.flatMap(({ flows }) => flows).filter(({ closed }) => closed));
  return { ends, held, ended, done, lost: samples.at(-1)!.health.events_lost };
}

const exact = ({ side }: End, state: string): Shown => ({
  pid: side.pid,
  state,
  rx_bytes: side.received,
  tx_bytes: side.sent,
});

for (
  const [command, ...args] of [
    ["sendfile", "--tx", 1_000_003, "--rx", 503],
    ["splice", "--tx", 1_000_003, "--rx", 503],
    ["splice", "-6", "--tx", 300_007, "--rx", 503],
    ["reset", "--by", "client"],
    ["reset", "--by", "server"],
    ["partial", "--tx", 30_011, "--read", 10_007],
  ] as [string, ...(string | number)[]][]
) {
  Deno.test(`tcptop counts ${[command, ...args].join(" ")} exactly, held and ended`, async () => {
    await using running = await Running.start("--interval", "150ms");
    await losingNothing(async () => {
      const { ends, held, ended, done, lost } = await watch(running, command, ...args);
      deepStrictEqual(held, ends.map((end) => exact(end, "ESTABLISHED")));
      if (lost > 0) return lost;
      deepStrictEqual(ended.map((flow) => shown(flow!)), ends.map((end) => exact(end, "CLOSED")));
      if (command === "reset") strictEqual(done.seen, "ECONNRESET");
      return 0;
    });
  });
}

Deno.test("tcptop counts no FIN as a byte: half-closed sockets show what was sent, in their states", async () => {
  await using running = await Running.start("--interval", "150ms");
  await losingNothing(async () => {
    const { ends, held, ended, lost } = await watch(running, "halfclose", "--tx", 1009, "--rx", 50_021);
    deepStrictEqual(held, [exact(ends[0], "FIN_WAIT2"), exact(ends[1], "CLOSE_WAIT")]);
    if (lost > 0) return lost;
    deepStrictEqual(ended.map((flow) => shown(flow!)), ends.map((end) => exact(end, "CLOSED")));
    return 0;
  });
});

Deno.test("tcptop counts what was sent, not what was written, where the peer stops reading", async () => {
  await using running = await Running.start("--interval", "150ms");
  const { ends: [client, server], held } = await watch(running, "partial", "--tx", 4_000_037, "--rcvbuf", 4096);
  strictEqual(held[1].rx_bytes, server.side.received);
  ok(held[0].tx_bytes! >= client.side.acked && held[0].tx_bytes! <= client.side.sent, JSON.stringify([held, client]));
  ok(client.side.acked < client.side.sent, "the peer has read everything: nothing was tested");
});
