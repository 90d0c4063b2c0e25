import { strictEqual } from "node:assert/strict";
import { type FlowFacts, flowFacts } from "../../src/output/flow_facts.ts";
import { flowJson } from "../../src/output/flow_json.ts";
import { fakeSample } from "../view/fake_sample.ts";

const ODD = 'a"\\\n\u2028 \ud800é';

Deno.test("flowJson() writes what JSON.stringify() would", () => {
  const sample = fakeSample([
    {},
    { protocol: "udp", process: ODD },
    { state: "LISTEN", remote: ["0.0.0.0", 0] },
    { closed: true, state: "CLOSED", rx: 2 ** 53 - 1, rxDelta: 11 },
  ]);
  const facts = Array.from({ length: sample.length }, (_, row) => flowFacts(sample, row)), [some] = facts;
  const real = { address: ODD, port: 9 }, container = { id: ODD, runtime: ODD, name: null };
  const more: FlowFacts[] = [
    { ...some, process: ODD, user: ODD, cgroup: ODD, exe: ODD, congestion_control: ODD, container, family: 6 },
    { ...some, remote: { address: ODD, port: 7, name: ODD, name_from: "reverse", real }, pid: null, established: null },
    { ...some, dropped: [{ reason: ODD, direction: null, packets: 3, bytes: null }], limited_by: "loss", shared: true },
    { ...some, end: { by: "local", how: null, error: ODD, reason: null }, busy_ms: 0.001, rx_bytes_per_s: 1e21 },
    { ...some, accept_queue: { length: 6, limit: 5, overflows: 7, overflows_at_most: null } as never, cwnd: 0 },
    {
      ...some,
      peer: {
        id: "t1",
        pid: null,
        process: ODD,
        container: { ...container, name: ODD },
        netns: 3,
        via: "nat",
        host: ODD,
      },
    },
    { ...some, command: ODD, parent: 7, parent_name: ODD },
    { ...some, command: null, parent: null, parent_name: null },
  ];
  for (const each of [...facts, ...more]) strictEqual(flowJson(each), JSON.stringify(each));
});
