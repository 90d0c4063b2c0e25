/** deno bench: what the Worker does for a snapshot and for a burst of short connections. One iteration is the whole lot. */
import { Decoder, type EventHandler } from "../../src/decode/decode.ts";
import { FlowTables } from "../../src/flow/tables.ts";
import { counters, ended, join, live, opened, tick } from "../support/records.ts";
import { manyRecords, SIZES } from "./flows.ts";

/** Reads what a table would look a row up by, and no more. */
let read = 0;
const reader = {
  tcpCounters: (record) => read += record.cookieLow + record.rxBytes,
  tcpLive: (record) => read += record.cookieLow + record.rxBytes,
} as Partial<EventHandler> as EventHandler;

for (const size of SIZES) {
  const described = manyRecords(size, (cookie) => live({ cookie, openedNs: 0, localPort: cookie % 60000 }));
  const counted = manyRecords(size, (cookie) => counters({ cookie, rxBytes: cookie, txBytes: 3 * cookie }));
  const burst = manyRecords(size, (cookie) => join(opened({ cookie }), ended({ cookie, rxBytes: 503, txBytes: 503 })));
  const tables = new FlowTables(), decoder = new Decoder(tables), bare = new Decoder(reader);
  decoder.decode(described);
  decoder.decode(tick(2000));
  let now = 3000;
  const bench = (name: string, fn: () => void) => Deno.bench({ name, group: `${size} sockets`, fn });

  bench("counters: decode alone", () => bare.decode(counted));
  bench("counters: decode, apply", () => decoder.decode(counted));
  bench("snapshot: decode, apply, sample", () => {
    decoder.decode(counted);
    decoder.decode(tick(now += 1000));
    tables.takeSample();
  });
  bench("opened and closed: decode, apply, sample", () => {
    const tables = new FlowTables(), decoder = new Decoder(tables);
    decoder.decode(tick(10));
    decoder.decode(burst);
    decoder.decode(tick(20000));
    tables.takeSample();
  });
}
