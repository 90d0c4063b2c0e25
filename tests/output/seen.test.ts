import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { hasFailed, Seen } from "../../src/output/seen.ts";
import type { Sample } from "../../src/flow/sample.ts";
import { type FakeFlow, fakeSample } from "../view/fake_sample.ts";

const all = ({ length }: Sample) => [...Array(length).keys()];

function seenOf(samples: readonly (readonly FakeFlow[])[], seen = new Seen(all)): Seen {
  samples.forEach((flows, number) => seen.add(fakeSample(flows, { number })));
  return seen;
}

Deno.test("Seen has each flow once, with its last figures", () => {
  const { flows } = seenOf([
    [{ cookie: 1, rx: 5, tx: 7 }, { cookie: 2, rx: 1 }],
    [{ cookie: 1, rx: 105, tx: 7, closed: true }, { cookie: 2, rx: 3, process: "sshd" }],
    [{ cookie: 2, rx: 11, process: "sshd" }],
  ]);
  deepStrictEqual(flows.map(({ rxBytes, txBytes, closed, process }) => [rxBytes, txBytes, closed, process]), [
    [105, 7, true, flows[0].process],
    [11, 0, false, "sshd"],
  ]);
});

Deno.test("Seen says which flows left without an end, and which never were established", () => {
  const { flows } = seenOf([
    [{ cookie: 1 }, { cookie: 2, established: false, closed: true }, { cookie: 3, established: false }],
    [{ cookie: 3, established: false }],
  ]);
  deepStrictEqual(flows.map(({ closed, vanished }) => [closed, vanished]), [[true, true], [true, false], [
    false,
    false,
  ]]);
  deepStrictEqual(flows.map(hasFailed), [false, true, false]);
});

Deno.test("Seen leaves out listeners and sockets without a peer", () => {
  const { flows } = seenOf([[{ state: "LISTEN", remote: ["0.0.0.0", 0] }, {
    protocol: "udp",
    remote: ["0.0.0.0", 0],
  }]]);
  deepStrictEqual(flows, []);
});

Deno.test("Seen counts flows together for which there is no room", () => {
  const judge = (sample: Sample, row: number) => sample.flows.rxDelta[row] !== 9;
  const seen = seenOf([
    [{ cookie: 1 }, { cookie: 2, rxDelta: 4, closed: true }, { cookie: 3, rxDelta: 5 }],
    [{ cookie: 1 }, { cookie: 3, rxDelta: 9, closed: true, established: false }, { cookie: 4, txDelta: 1 }],
  ], new Seen(all, judge, 1));
  strictEqual(seen.flows.length, 1);
  deepStrictEqual(seen.further, { ended: 2, open: 1, failed: 1, rxBytes: 18, txBytes: 1, notAllowed: 1 });
});

Deno.test("Seen asks the policy until it allows a flow", () => {
  const judge = (sample: Sample, row: number) => sample.names.size > 0 && row === 0;
  const seen = new Seen(all, judge), names = new Map([["1.1.1.1", "one.example"]]);
  seen.add(fakeSample([{ cookie: 1 }, { cookie: 2 }]));
  deepStrictEqual(seen.flows.map(({ allowed }) => allowed), [false, false]);
  seen.add(fakeSample([{ cookie: 1 }, { cookie: 2 }], { names }));
  seen.add(fakeSample([{ cookie: 1 }, { cookie: 2 }]));
  deepStrictEqual(seen.flows.map(({ allowed, name }) => [allowed, name]), [[true, "one.example"], [
    false,
    "one.example",
  ]]);
});

Deno.test("Seen has a flow once whose host was silent meanwhile, also where it is connected anew and knows no opening", () => {
  const host = { name: "db1", aheadMs: 0, version: "0.1.0" }, seen = new Seen(all);
  const add = (number: number, silentSinceMs: number | null, flows: readonly FakeFlow[]) => {
    const sample = fakeSample(flows, { number, fleet: [{ ...host, staleSinceMs: silentSinceMs }] });
    sample.flows.host.fill(1, 0, flows.length);
    seen.add(sample);
  };
  const [long, short, same] = [1, 2, 3].map((cookie): FakeFlow => ({
    cookie,
    ageMs: 5000,
    local: ["10.0.0.2", cookie],
  }));
  add(0, null, [{ ...long, rx: 7 }, { ...short, rx: 11 }, { ...same, rx: 1 }]);
  const { ageMs: _, ...older } = long;
  for (const [number, rx] of [[1, 101], [5, 211], [9, 307]]) {
    add(number, 1, []);
    // Of one of them the cookie is another connection's, as after a boot.
    add(number + 1, null, [{ ...older, rx }, { ...same, ageMs: 1, local: ["10.0.0.2", 99], rx: 13 }]);
  }
  const told = seen.flows.map(({ rxBytes, closed, vanished }) => [rxBytes, closed, vanished]);
  deepStrictEqual(told, [[307, false, false], [11, true, true], [1, true, true], [13, false, false]]);
});
