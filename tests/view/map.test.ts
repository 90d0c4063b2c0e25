import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { Sample } from "../../src/flow/sample.ts";
import { TrafficMap } from "../../src/view/map.ts";
import { type FakeFlow, fakeSample } from "./fake_sample.ts";

/** Samples of the flows, of which two with the same `pair` are the ends of one connection. */
function map(
  by: "both" | "process" | "container",
  samples: readonly (readonly (FakeFlow & { pair?: number })[])[],
  more: Partial<Sample> = {},
) {
  const graph = new TrafficMap(by);
  for (const [number, flows] of samples.entries()) {
    const sample = fakeSample(flows, { number, ...more });
    flows.forEach(({ pair = 0 }, row) => sample.flows.pair[row] = pair);
    graph.add(sample, flows.map((_, row) => row));
  }
  const { nodes, edges } = graph.graph();
  const text = (id: string) => `${nodes.get(id)!.end.kind} ${nodes.get(id)!.end.text}`;
  return edges.map(({ from, to, connections, open, failed, sent, received, ports }) =>
    `${text(from)} -> ${text(to)}: ${connections} ${open} ${failed} ${sent}/${received} ${ports.join(" ")}`
  );
}

const client = { process: "curl", pid: 1, local: ["10.0.0.2", 40001], remote: ["10.0.0.2", 80], inside: true } as const;
const server = {
  process: "httpd",
  pid: 2,
  local: ["10.0.0.2", 80],
  remote: ["10.0.0.2", 40001],
  direction: "in",
  inside: true,
} as const;

Deno.test("TrafficMap.add() has each connection inside once, as its client has it", () => {
  const both = [{ ...client, pair: 1, tx: 101, rx: 2003 }, { ...server, pair: 1, tx: 2003, rx: 101 }];
  deepStrictEqual(map("both", [both]), ["process curl -> process httpd: 1 1 0 101/2003 80/tcp"]);
  deepStrictEqual(map("both", [both.toReversed(), both]), ["process curl -> process httpd: 1 1 0 101/2003 80/tcp"]);
});

Deno.test("TrafficMap.add() knows the other end of one whose client or server has gone first", () => {
  const both = (
    c: FakeFlow,
    s: FakeFlow,
  ) => [{ ...client, pair: 1, tx: 101, rx: 7, ...c }, { ...server, pair: 1, tx: 7, rx: 101, ...s }];
  const serverFirst = [both({}, { closed: true }), [{ ...client, pair: 1, tx: 103, rx: 7, closed: true }]];
  deepStrictEqual(map("both", serverFirst), ["process curl -> process httpd: 1 0 0 103/7 80/tcp"]);
  const clientFirst = [both({ closed: true }, {}), [{ ...server, pair: 1, tx: 7, rx: 101, closed: true }]];
  deepStrictEqual(map("both", clientFirst), ["process curl -> process httpd: 1 0 0 101/7 80/tcp"]);
});

Deno.test("TrafficMap.add() adds up what has ended and what goes on, and counts failures", () => {
  const to = (port: number, more: FakeFlow) => ({ process: "curl", remote: ["192.0.2.7", port] as const, ...more });
  const samples = [
    [
      to(443, { cookie: 1, tx: 10, rx: 1, closed: true }),
      to(443, { cookie: 2, tx: 5 }),
      to(25, { cookie: 3, closed: true, established: false }),
    ],
    [to(443, { cookie: 2, tx: 20, rx: 3 })],
  ];
  deepStrictEqual(map("both", samples), ["process curl -> network 192.0.2.0/24: 3 1 1 30/4 443/tcp 25/tcp"]);
});

Deno.test("TrafficMap.add() has who comes from outside as the one who connects, by name or network", () => {
  const names = new Map([["198.51.100.9", "nine.example"]]);
  const flows: FakeFlow[] = [
    { process: "sshd", local: ["10.0.0.2", 22], remote: ["198.51.100.9", 60001], direction: "in", tx: 5, rx: 7 },
    { process: "sshd", local: ["10.0.0.2", 22], remote: ["198.51.100.7", 60002], direction: "in" },
    { process: "sshd", local: ["2001:db8::2", 22], remote: ["2001:db8:1:2:3::4", 60003], direction: "in" },
    { process: "sshd", local: ["0.0.0.0", 22], remote: ["0.0.0.0", 0], state: "LISTEN" },
  ];
  deepStrictEqual(map("both", [flows], { names }), [
    "name nine.example -> process sshd: 1 1 0 7/5 22/tcp",
    "network 198.51.100.0/24 -> process sshd: 1 1 0 0/0 22/tcp",
    "network 2001:db8:1:2::/64 -> process sshd: 1 1 0 0/0 22/tcp",
  ]);
});

Deno.test("TrafficMap.add() goes by container, by process, or by what there is", () => {
  const id = "a".repeat(64),
    cgroups = [{ path: "", container: null }, { path: `/docker/${id}`, container: { id, runtime: "docker" } }];
  const flows = [{ ...client, pair: 1, tx: 3 }, { ...server, pair: 1 }, {
    process: "sh",
    remote: ["192.0.2.1", 443] as const,
    tx: 1,
  }];
  const found = (by: "both" | "process" | "container") => {
    const graph = new TrafficMap(by), sample = fakeSample(flows, { cgroups });
    flows.forEach((flow, row) => sample.flows.pair[row] = "pair" in flow ? flow.pair : 0);
    sample.flows.cgroup[1] = 1;
    graph.add(sample, [0, 1, 2]);
    const { nodes, edges } = graph.graph();
    return edges.map(({ from, to }) =>
      [from, to].map((id) => nodes.get(id)!.end).map(({ kind, text }) => `${kind} ${text}`).join(" -> ")
    );
  };
  deepStrictEqual(found("both"), ["process curl -> container aaaaaaaaaaaa", "process sh -> network 192.0.2.0/24"]);
  deepStrictEqual(found("process"), ["process curl -> process httpd", "process sh -> network 192.0.2.0/24"]);
  deepStrictEqual(found("container"), ["machine h -> container aaaaaaaaaaaa", "machine h -> network 192.0.2.0/24"]);
});

Deno.test("TrafficMap.add() says of an end inside that is not known where it is", () => {
  deepStrictEqual(map("both", [[client]]), ["process curl -> inside 10.0.0.2:80: 1 1 0 0/0 80/tcp"]);
  strictEqual(map("both", [[]]).length, 0);
});

Deno.test("TrafficMap keeps what went on at the end of a recording that another one follows", () => {
  const graph = new TrafficMap("process"), flow: FakeFlow = { process: "curl", remote: ["192.0.2.1", 443] };
  for (const [number, tx] of [[1, 7], [2, 101], [1, 3], [2, 13], [1, 1]]) {
    graph.add(fakeSample([{ ...flow, tx }], { number }), [0]);
  }
  graph.add(fakeSample([], { number: 2 }), []);
  const [{ connections, open, sent }] = graph.graph().edges;
  deepStrictEqual([connections, open, sent], [2, 0, 101 + 13]);
});

Deno.test("TrafficMap has what a silent host told last, once, also when it is heard again", () => {
  const graph = new TrafficMap("process"), host = { aheadMs: 0, version: "0.1.0" };
  const add = (number: number, silent: boolean, ...sent: readonly [host: number, tx: number][]) => {
    const fleet = ["a", "b"].map((name, i) => ({ ...host, name, staleSinceMs: silent && i === 1 ? 1 : null }));
    const flows = sent.map(([_, tx]): FakeFlow => ({ process: "curl", remote: ["192.0.2.1", 443], tx }));
    const sample = fakeSample(flows, { number, fleet });
    sent.forEach(([host], row) => sample.flows.host[row] = host);
    graph.add(sample, flows.map((_, row) => row));
  };
  const told = () =>
    graph.graph().edges.map(({ connections, open, sent }) => [connections, open, sent]).sort(([, , a], [, , b]) =>
      a! - b!
    );
  add(1, false, [1, 7], [2, 101]);
  add(2, true, [1, 11]);
  add(3, true, [1, 13]);
  deepStrictEqual(told(), [[1, 1, 13], [1, 0, 101]]);
  add(4, false, [1, 17], [2, 307]);
  deepStrictEqual(told(), [[1, 1, 17], [1, 1, 307]]);
  // What was told beside the end of its ssh counts too.
  add(5, true, [1, 19], [2, 401]);
  add(6, true, [1, 23]);
  deepStrictEqual(told(), [[1, 1, 23], [1, 0, 401]]);
});

Deno.test("TrafficMap has a connection between two hosts once, whichever of them falls silent", () => {
  const ends = [{ ...client, inside: false, tx: 101 }, { ...server, inside: false, rx: 101 }];
  const told = (silent: number | null) => {
    const graph = new TrafficMap("process"), host = { aheadMs: 0, version: "0.1.0" };
    for (const [number, isSilent] of [false, silent !== null].entries()) {
      const fleet = ["a", "b"].map((name, i) => ({ ...host, name, staleSinceMs: isSilent && i === silent ? 1 : null }));
      const there = ends.flatMap((end, i) => isSilent && i === silent ? [] : [{ end, host: i + 1 }]);
      const sample = fakeSample(there.map(({ end }) => end), { number, fleet });
      there.forEach(({ host }, row) => {
        sample.flows.host[row] = host;
        sample.flows.pair[row] = there.length === 2 ? 1 : 0;
      });
      graph.add(sample, there.map((_, row) => row));
    }
    return graph.graph().edges.map(({ connections, sent }) => [connections, sent]);
  };
  for (const silent of [null, 0, 1]) deepStrictEqual(told(silent), [[1, 101]], String(silent));
});
