/** deno bench: what the Worker does for a snapshot and for a burst of short connections. One iteration is the whole lot. */
import { Decoder } from "../../src/decode/decode.ts";
import { FlowTables } from "../../src/flow/tables.ts";
import { counters, ended, join, live, opened, tick } from "../support/records.ts";

const SIZES = [1000, 10000, 100000] as const;

function many(count: number, one: (cookie: number) => Uint8Array): Uint8Array {
  return join(...Array.from({ length: count }, (_, i) => one(i + 1)));
}

for (const size of SIZES) {
  const described = many(size, (cookie) => live({ cookie, openedNs: 0, localPort: cookie % 60000 }));
  const counted = many(size, (cookie) => counters({ cookie, rxBytes: cookie, txBytes: 3 * cookie }));
  const tables = new FlowTables(), decoder = new Decoder(tables);
  decoder.decode(described);
  decoder.decode(tick(2000));
  let now = 3000;

  Deno.bench({
    name: `${size} live: decode, apply, sample`,
    group: "snapshot",
    fn() {
      decoder.decode(counted);
      decoder.decode(tick(now += 1000));
      tables.takeSample();
    },
  });

  const burst = many(size, (cookie) => join(opened({ cookie }), ended({ cookie, rxBytes: 503, txBytes: 503 })));
  Deno.bench({
    name: `${size} opened and closed: decode, apply, sample`,
    group: "churn",
    fn() {
      const tables = new FlowTables(), decoder = new Decoder(tables);
      decoder.decode(tick(10));
      decoder.decode(burst);
      decoder.decode(tick(20000));
      tables.takeSample();
    },
  });
}

/** Bytes of heap that decoding leaves behind, a record: the cursor is reused, so this is to be next to nothing. */
if (import.meta.main) {
  const size = 100000, tables = new FlowTables(), decoder = new Decoder(tables);
  decoder.decode(many(size, (cookie) => live({ cookie, openedNs: 0 })));
  decoder.decode(tick(2000));
  const counted = many(size, (cookie) => counters({ cookie, rxBytes: cookie }));
  decoder.decode(counted);
  const before = Deno.memoryUsage().heapUsed;
  for (let round = 0; round < 10; round++) decoder.decode(counted);
  console.log(`${((Deno.memoryUsage().heapUsed - before) / size / 10).toFixed(2)} bytes of heap a counters record`);
}
