/** Openings and ends where no tracing program runs, as on hardened kernels while the machine's first process is current: what makes up for it
 * (bpf/tcp_witness.bpf.c) is made to tell of all of them alone. */
import { deepStrictEqual } from "node:assert/strict";
import type { FlowFacts } from "../../src/output/flow_facts.ts";
import { Running } from "../support/tcptop.ts";
import { Workload } from "../support/workload.ts";
import { KEPT } from "../support/kept.ts";

const COUNT = 211, BYTES = 503, PAIRS = 23;

function started<T>(sockets: string, start: () => T): T {
  Deno.env.set("TCPTOP_SOCKETS", sockets);
  try {
    return start();
  } finally {
    Deno.env.delete("TCPTOP_SOCKETS");
  }
}

/** Of a kind: how many, and what is said of them. */
function toldOf(flows: readonly FlowFacts[]) {
  const of = (value: (flow: FlowFacts) => unknown) => [...new Set(flows.map(value))];
  return {
    count: flows.length,
    ids: new Set(flows.map(({ id }) => id)).size,
    ends: of(({ end }) => end && `${end.by} ${end.how}`),
    bytes: of(({ rx_bytes, tx_bytes }) => `${rx_bytes} ${tx_bytes}`),
  };
}

for (const sockets of KEPT.map((kept) => `${kept},witness`)) {
  Deno.test(`the witness alone tells of each opening and end, to the byte, with ${sockets}`, async () => {
    await using running = await started(sockets, () => Running.start("--interval", "200ms"));
    const lostBefore = (await running.next()).health.events_lost;
    const nobody = Deno.listen({ hostname: "127.0.0.1", port: 0 }), { port } = nobody.addr as Deno.NetAddr;
    nobody.close();
    await using closing = await Workload.start("short", "--count", COUNT, "--tx", BYTES, "--by", "client");
    const closed = await closing.until("done");
    await using resetting = await Workload.start("short", "--count", COUNT, "--tx", BYTES, "--reset");
    const reset = await resetting.until("done");
    for (let i = 0; i < PAIRS; i++) await Deno.connect({ hostname: "127.0.0.1", port }).catch(() => {});
    const samples = await running.upToFresh();
    const ended = samples.flatMap(({ flows }) => flows).filter((flow) => flow.closed && flow.remote !== null);
    const by = (pid: number) => toldOf(ended.filter((flow) => flow.pid === pid));
    const all = (end: string) => ({ count: COUNT, ids: COUNT, ends: [end], bytes: [`${BYTES} ${BYTES}`] });
    deepStrictEqual(by(closed.client.pid), all("local fin"));
    deepStrictEqual(by(closed.server.pid), all("peer fin"));
    deepStrictEqual(by(reset.client.pid), all("local reset_sent"));
    deepStrictEqual(by(reset.server.pid), all("peer reset_received"));
    const refused = ended.filter((flow) => flow.remote!.port === port && flow.pid === Deno.pid && !flow.established);
    deepStrictEqual(toldOf(refused), { count: PAIRS, ids: PAIRS, ends: ["peer refused"], bytes: ["0 0"] });
    deepStrictEqual(samples.at(-1)!.health.events_lost, lostBefore);
  });

  Deno.test(`the witness alone has the end of a listener, with ${sockets}`, async () => {
    await using running = await started(sockets, () => Running.start("--interval", "200ms", "-f", "state:listen"));
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 }), { port } = listener.addr as Deno.NetAddr;
    const isOurs = ({ local, remote }: FlowFacts) => local?.port === port && remote === null;
    await running.until("a listener", ({ flows }) => flows.some((flow) => isOurs(flow) && !flow.closed));
    listener.close();
    await running.until("its end", ({ flows }) => flows.some((flow) => isOurs(flow) && flow.closed));
  });
}
