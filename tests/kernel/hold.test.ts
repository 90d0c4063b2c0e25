/** Held connections: every end, opened before and after the start, every family, here and in another network namespace. */
import { deepStrictEqual } from "node:assert/strict";
import type { FlowFacts } from "../../src/output/flow_facts.ts";
import { losingNothing } from "../support/lost.ts";
import { Netns } from "../support/netns.ts";
import { byEnds, Running, type SampleDocument } from "../support/tcptop.ts";
import { endsOf, type Phase, Workload } from "../support/workload.ts";

const COUNT = 2000, BYTES = 1009;
/** At 250 ms each. */
const LAST_SAMPLES = 20;
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
  const ours = new Set([first, second].flatMap((phase) => [...pids(phase)]));
  const isOurs = ({ pid }: FlowFacts) => ours.has(pid!);
  const samples = await running.upToFresh();
  // A FIN that found a queue full is sent again after 200 ms, and its connection is open until then.
  for (let i = 0; i < LAST_SAMPLES && samples.at(-1)!.flows.some(isOurs); i++) samples.push(await running.next());
  const last = samples.at(-1)!;
  if (last.health.events_lost > 0) return last.health.events_lost;
  const final = byEnds(samples.flatMap(({ flows }) => flows).filter(({ closed }) => closed));
  const ends = [first, second].flatMap(endsOf).map(({ local, remote }) => {
    const { rx_bytes, tx_bytes, state } = final.get(`${local} ${remote}`) ?? {};
    return { rx_bytes, tx_bytes, state };
  });
  deepStrictEqual(ends, ends.map(() => ({ rx_bytes: BYTES, tx_bytes: BYTES, state: "CLOSED" })));
  deepStrictEqual(last.flows.filter(isOurs), []);
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
