import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { AddressSet } from "../../src/flow/address_set.ts";
import type { Sample } from "../../src/flow/sample.ts";
import { flowFacts } from "../../src/output/flow_facts.ts";
import { totalsOf } from "../../src/view/totals.ts";
import { Feed } from "../support/feed.ts";
import { address, counters, ended, live, tick } from "../support/records.ts";

const inside = (sample: Sample) =>
  Array.from({ length: sample.length }, (_, row) => flowFacts(sample, row)).map((flow) => flow.inside);
const end = (cookie: number, local: string, remote: string, more = {}) =>
  live({ cookie, openedNs: 0, localAddress: address(local), remoteAddress: address(remote), ...more });

Deno.test("Inside tells a flow between two of this machine's addresses, whichever row comes first", () => {
  const feed = new Feed();
  const client = end(1, "10.0.0.1", "10.0.0.2"),
    server = end(2, "10.0.0.2", "10.0.0.1"),
    out = end(3, "10.0.0.1", "1.1.1.1");
  deepStrictEqual(inside(feed.sample(client, out, tick(10e9))), [false, false]);
  const moving = [counters({ cookie: 1, txBytes: 1009 }), counters({ cookie: 3, txBytes: 503 })];
  const sample = feed.sample(...moving, server, tick(11e9));
  deepStrictEqual(inside(sample), [true, false, true]);
  const later = [
    counters({ cookie: 1, txBytes: 2018 }),
    counters({ cookie: 2, rxBytes: 1009 }),
    counters({ cookie: 3, txBytes: 1006 }),
  ];
  const { rxBytesPerS, txBytesPerS, insideBytesPerS } = totalsOf(feed.sample(...later, tick(12e9)));
  deepStrictEqual([rxBytesPerS, txBytesPerS, insideBytesPerS], [0, 503, 1009]);
});

Deno.test("Inside remembers an address for a while after its last socket, and then forgets it", () => {
  const feed = new Feed();
  feed.sample(end(1, "10.0.0.1", "9.9.9.9"), end(2, "10.0.0.2", "9.9.9.9"), tick(10e9));
  const gone = ended({ cookie: 2, openedNs: 0, localAddress: address("10.0.0.2"), remoteAddress: address("9.9.9.9") });
  feed.sample(counters({ cookie: 1 }), gone, tick(11e9));
  const next = (at: number) => feed.sample(counters({ cookie: 1 }), end(3, "10.0.0.1", "10.0.0.2"), tick(at * 1e9));
  deepStrictEqual(inside(next(12)), [false, true]);
  let last: boolean[] = [];
  for (let i = 13; i < 13 + 3 * 64; i++) last = inside(next(i));
  deepStrictEqual(last, [false, false]);
});

Deno.test("AddressSet holds what a set of texts holds, whatever is added and forgotten", () => {
  const one = fc.record({
    family: fc.constantFrom(4, 6),
    bytes: fc.uint8Array({ minLength: 16, maxLength: 16, max: 2 }),
  });
  const step = fc.record({ one, generation: fc.integer({ min: 1, max: 5 }), forget: fc.boolean() });
  fc.assert(fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
    const set = new AddressSet(), model = new Map<string, number>();
    for (const { one: { family, bytes }, generation, forget } of steps) {
      const key = `${family} ${bytes.slice(0, family === 4 ? 4 : 16)}`;
      if (forget) {
        for (const [name, confirmed] of model) if (confirmed < generation) model.delete(name);
        set.forgetBefore(generation);
      } else {
        strictEqual(set.add(family, bytes, 0, generation), !model.has(key));
        model.set(key, Math.max(model.get(key) ?? 0, generation));
      }
      strictEqual(set.has(family, bytes, 0), model.has(key));
      strictEqual(set.size, model.size);
    }
  }));
});
