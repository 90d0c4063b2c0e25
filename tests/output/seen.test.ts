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
