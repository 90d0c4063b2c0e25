/** Clients that are a process each, live for one exchange and are gone before any tick. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { FlowFacts } from "../../src/output/flow_facts.ts";
import { Running, type SampleDocument } from "../support/tcptop.ts";
import { Workload } from "../support/workload.ts";

const COUNT = 5000;
const BYTES = 101;

interface Outcome {
  /** "PORT PID" of each client: a port may serve more than one of them. */
  readonly truth: readonly string[];
  /** The clients' flows, each as it was last seen. */
  readonly flows: readonly FlowFacts[];
  /** Whether each sample with a flow that has no owner said why. */
  readonly explained: boolean;
}

async function clientsOf(command: "oneshot-tcp" | "oneshot-udp"): Promise<Outcome> {
  await using running = await Running.start("-i", "500ms", command === "oneshot-tcp" ? "--tcp" : "--udp");
  await using workload = await Workload.start(command, "--count", COUNT, "--bytes", BYTES, "--connected");
  const { port } = await workload.until("start"), seen = new Map<string, FlowFacts>();
  let explained = true;
  const look = ({ flows, health, source }: SampleDocument) => {
    for (const flow of flows) if (flow.remote?.port === port) seen.set(flow.id, flow);
    explained &&= health.unattributed === 0 || source.notes.some(({ code }) => code === "unattributed");
  };
  let ended = false;
  const done = workload.until("done").finally(() => ended = true);
  while (!ended) look(await running.next());
  for (const sample of await running.upToFresh()) look(sample);
  const { pids, ports } = await done;
  return { truth: ports.map((port, i) => `${port} ${pids[i]}`), flows: [...seen.values()], explained };
}

const ownersOf = (flows: readonly FlowFacts[]) => flows.map(({ local, pid }) => `${local.port} ${pid}`);
const plain = ({ process, direction, tx_bytes, rx_bytes }: FlowFacts) => [process, direction, tx_bytes, rx_bytes];
const EXPECTED = ["wl-client", "outbound", BYTES, BYTES];

Deno.test("oneshot-udp shows each of 5,000 client processes with its own pid", async () => {
  const { truth, flows, explained } = await clientsOf("oneshot-udp");
  strictEqual(truth.length, COUNT);
  strictEqual(flows.length, COUNT);
  const owners = new Set(ownersOf(flows)), right = truth.filter((one) => owners.has(one)).length;
  ok(right >= COUNT * 0.999, `${right} of ${COUNT}`);
  const unknown = flows.filter(({ pid }) => pid === null).length;
  strictEqual(right + unknown, COUNT);
  ok(explained);
  for (const flow of flows) if (flow.pid !== null) deepStrictEqual(plain(flow), EXPECTED);
});

Deno.test("oneshot-tcp shows each of 5,000 client processes with its own pid", async () => {
  const { truth, flows } = await clientsOf("oneshot-tcp");
  deepStrictEqual(ownersOf(flows).sort(), truth.toSorted());
  for (const flow of flows) deepStrictEqual(plain(flow), EXPECTED);
});
