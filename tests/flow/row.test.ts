import { deepStrictEqual } from "node:assert/strict";
import fc from "fast-check";
import { flowId, isFlow } from "../../src/flow/row.ts";
import { fakeSample } from "../view/fake_sample.ts";

Deno.test("isFlow() finds the rows of an id, and no others", () => {
  const word = fc.oneof(fc.nat(2), fc.integer({ min: 0, max: 2 ** 32 - 1 }));
  const flow = fc.record({
    protocol: fc.constantFrom("tcp" as const, "udp" as const),
    low: word,
    high: word,
    openedNs: fc.oneof(fc.constant(0), fc.nat(3), fc.constant(1.5e18)),
    remotePort: fc.nat(2),
    host: fc.nat(2),
  });
  fc.assert(fc.property(fc.array(flow, { minLength: 1, maxLength: 12 }), (wanted) => {
    const { flows: f, length } = fakeSample(wanted.map(({ protocol }) => ({ protocol })));
    wanted.forEach(({ low, high, openedNs, remotePort, host }, row) => {
      f.cookieLow[row] = low;
      f.cookieHigh[row] = high;
      f.openedNs[row] = openedNs;
      f.remotePort[row] = remotePort;
      f.host[row] = host;
    });
    const ids = Array.from({ length }, (_, row) => flowId(f, row));
    for (const id of ids) {
      const test = isFlow(f, id);
      deepStrictEqual(ids.map((_, row) => test(row)), ids.map((other) => other === id));
    }
  }));
  deepStrictEqual(["", "gone", "+a", "t"].map((id) => isFlow(fakeSample([{}]).flows, id)(0)), [
    false,
    false,
    false,
    false,
  ]);
});
