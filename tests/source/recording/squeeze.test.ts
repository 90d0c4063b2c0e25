import { deepStrictEqual, ok, throws } from "node:assert/strict";
import fc from "fast-check";
import { Spread } from "../../../src/source/recording/spread.ts";
import { Squeeze } from "../../../src/source/recording/squeeze.ts";
import { counters, ended, join, limits, live, opened, tick, udp } from "../../support/records.ts";

const kinds = [live, counters, ended, opened, limits, udp] as const;
const record = fc.tuple(fc.nat(kinds.length - 1), fc.nat(40), fc.nat(3)).map(([kind, cookie, value]) =>
  (kinds[kind] as typeof live)({ cookie, ...(kind === 4 ? {} : { rxBytes: value }) })
);
const stretch = fc.array(record, { maxLength: 60 }).map((records) => join(...records, tick(5)));

Deno.test("Spread gives back what Squeeze was given", () => {
  const step = fc.tuple(fc.boolean(), stretch, fc.boolean());
  fc.assert(fc.property(fc.array(step, { maxLength: 8 }), (stretches) => {
    const squeeze = new Squeeze(), spread = new Spread();
    for (const [reset, records, rest] of stretches) {
      if (rest) spread.rest();
      if (reset) {
        squeeze.reset();
        spread.reset();
      }
      deepStrictEqual(new Uint8Array(spread.spread(squeeze.squeeze(records))), records);
    }
  }));
});

Deno.test("Squeeze takes next to nothing for sockets that nothing happens to", () => {
  const many = join(...Array.from({ length: 5000 }, (_, i) => counters({ cookie: i * 7, rxBytes: i })), tick(5));
  const squeeze = new Squeeze();
  squeeze.squeeze(many);
  ok(squeeze.squeeze(many).length < 200);
});

Deno.test("Squeeze keeps sockets together though some between them have ended", () => {
  const all = Array.from({ length: 2000 }, (_, i) => counters({ cookie: i * 7, rxBytes: i * 1009 }));
  const squeeze = new Squeeze(), spread = new Spread(), left = all.filter((_, i) => i % 13 !== 0);
  const first = join(...all, tick(5)), second = join(...left, tick(6));
  deepStrictEqual(new Uint8Array(spread.spread(squeeze.squeeze(first))), first);
  const squeezed = squeeze.squeeze(second);
  ok(squeezed.length < 600, String(squeezed.length));
  deepStrictEqual(new Uint8Array(spread.spread(squeezed)), second);
});

Deno.test("Spread throws for anything else", () => {
  const packed = new Squeeze().squeeze(join(live({ cookie: 1 }), tick(5)));
  throws(() => new Spread().spread(packed.subarray(0, packed.length - 3)));
  throws(() => new Spread().spread(new Uint8Array([1, 2, 3])));
  const squeeze = new Squeeze(), records = join(counters({ cookie: 1 }), tick(5));
  squeeze.squeeze(records);
  throws(() => new Spread().spread(squeeze.squeeze(records)), RangeError);
});
