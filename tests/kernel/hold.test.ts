/** Held connections: every end, opened before and after the start, every family, here and in another network namespace. */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { losingNothing } from "../support/lost.ts";
import { Netns } from "../support/netns.ts";
import { byEnds, Running, type SampleDocument } from "../support/tcptop.ts";
import { endsOf, type Phase, Workload } from "../support/workload.ts";

const COUNT = 2000, BYTES = 1009;
const SIZES = ["--count", COUNT, "--tx", BYTES, "--rx", BYTES];

/** The facts that must be exact, of every end that the workload has; `null` where the sample has no such flow. */
function seen(sample: SampleDocument, phase: Phase) {
  const flows = byEnds(sample.flows);
  return endsOf(phase).map(({ local, remote }) => {
    const flow = flows.get(`${local} ${remote}`);
    if (flow === undefined) return null;
    const { family, state, direction, pid, process, rx_bytes, tx_bytes, netns, closed, loopback } = flow;
    return { family, state, direction, pid, process, rx_bytes, tx_bytes, netns, closed, loopback };
  });
}

function expected(phase: Phase, family: number, netns: number) {
  return endsOf(phase).map(({ side, direction }) => ({
    family,
    state: "ESTABLISHED",
    direction,
    pid: side.pid,
    process: direction === "outbound" ? "wl-client" : "wl-server",
    rx_bytes: BYTES,
    tx_bytes: BYTES,
    netns,
    closed: false,
    loopback: true,
  }));
}

const pids = ({ client, server }: Phase) => new Set([client.pid, server.pid]);

async function heldBeforeAndAfter(family: number, flags: readonly string[], netns: Netns | null): Promise<number> {
  const place = netns === null ? [] : ["--server-netns", netns.path, "--client-netns", netns.path];
  const inode = netns?.inode ?? (await Deno.stat("/proc/self/ns/net")).ino!;
  await using before = await Workload.start("hold", ...SIZES, ...flags, ...place);
  const first = await before.until("ready");
  await using running = await Running.start("--interval", "250ms");
  await using after = await Workload.start("hold", ...SIZES, ...flags, ...place);
  const second = await after.until("ready");
  const sample = await running.fresh();
  deepStrictEqual(seen(sample, first), expected(first, family, inode));
  deepStrictEqual(seen(sample, second), expected(second, family, inode));

  for (const workload of [before, after]) {
    await workload.goOn();
    await workload.until("done");
  }
  const samples = await running.upToFresh(), last = samples.at(-1)!;
  if (last.health.events_lost > 0) return last.health.events_lost;
  const final = byEnds(samples.flatMap(({ flows }) => flows).filter(({ closed }) => closed));
  const ends = [first, second].flatMap(endsOf).map(({ local, remote }) => {
    const { rx_bytes, tx_bytes, state } = final.get(`${local} ${remote}`) ?? {};
    return { rx_bytes, tx_bytes, state };
  });
  deepStrictEqual(ends, ends.map(() => ({ rx_bytes: BYTES, tx_bytes: BYTES, state: "CLOSED" })));
  strictEqual(last.flows.filter(({ pid }) => pids(first).has(pid!) || pids(second).has(pid!)).length, 0);
  return 0;
}

const cases = [[4, "IPv4", []], [6, "IPv6", ["-6"]], [4, "v4-mapped", ["-6", "--mapped"]]] as const;

for (const [family, name, flags] of cases) {
  Deno.test(`tcptop sees both ends of 4,000 ${name} connections, opened before and after its start`, async () => {
    await losingNothing(() => heldBeforeAndAfter(family, flags, null));
  });

  Deno.test(`tcptop sees both ends of 4,000 ${name} connections in another network namespace`, async () => {
    await using netns = await Netns.make();
    await losingNothing(() => heldBeforeAndAfter(family, flags, netns));
  });
}
