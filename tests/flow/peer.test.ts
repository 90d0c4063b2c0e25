import { deepStrictEqual } from "node:assert/strict";
import { peerRow } from "../../src/flow/peer.ts";
import { type FakeFlow, fakeSample } from "../view/fake_sample.ts";

const peers = (flows: readonly FakeFlow[]) => {
  const sample = fakeSample(flows);
  return flows.map((_, row) => peerRow(sample, row));
};

Deno.test("peerRow() finds the other end, wherever pairs' numbers fall together, and none that has gone", () => {
  deepStrictEqual(peers([{}, { pair: 7 }, { pair: 8 }, { pair: 7 }]), [-1, 3, -1, 1]);
  const many = Array.from({ length: 40 }, (_, row): FakeFlow => ({ pair: 1 + 64 * (row % 20) }));
  deepStrictEqual(peers(many), many.map((_, row) => (row + 20) % 40));
});

Deno.test("peerRow() of a socket that is connected to itself is its own row", () => {
  const own: FakeFlow = { pair: 3, local: ["10.0.0.2", 4000], remote: ["10.0.0.2", 4000] };
  deepStrictEqual(peers([own]), [0]);
});
