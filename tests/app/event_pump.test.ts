import { deepStrictEqual } from "node:assert/strict";
import { EventPump } from "../../src/app/event_pump.ts";
import { Decoder } from "../../src/decode/decode.ts";
import { EventLog } from "../../src/flow/event_log.ts";
import { FlowTables } from "../../src/flow/tables.ts";
import { opened } from "../support/records.ts";

Deno.test("EventPump sends no batch before the last one is taken, holds what fits and counts the rest", () => {
  const sent: [length: number, dropped: number][] = [];
  const log = new EventLog(10), decoder = new Decoder(new FlowTables(log));
  const pump = new EventPump(log, ({ length, dropped }) => sent.push([length, dropped]));
  let timeNs = 0;
  const drain = (events: number) => {
    for (let i = 0; i < events; i++) decoder.decode(opened({ cookie: ++timeNs, timeNs, openedNs: timeNs }));
    pump.drained();
  };
  drain(3);
  drain(0);
  deepStrictEqual(sent, [[3, 0]]);
  for (let i = 0; i < 5; i++) drain(5);
  deepStrictEqual(sent, [[3, 0]]);
  pump.taken();
  drain(0);
  deepStrictEqual(sent, [[3, 0], [10, 15]]);
  drain(1);
  pump.flush();
  deepStrictEqual(sent, [[3, 0], [10, 15], [1, 0]]);
});

Deno.test("EventPump has who reads a recording wait until the events of a whole one are few, and loses none", async () => {
  const EVENTS = 200_001;
  let told = 0, lost = 0, waited = false;
  const log = new EventLog(Infinity), decoder = new Decoder(new FlowTables(log));
  const pump = new EventPump(log, ({ length, dropped }) => {
    told += length;
    lost += dropped;
    queueMicrotask(() => pump.taken());
  });
  for (let timeNs = 1; timeNs <= EVENTS; timeNs++) {
    decoder.decode(opened({ cookie: timeNs, timeNs, openedNs: timeNs }));
  }
  pump.drained();
  pump.drained();
  const caughtUp = pump.caughtUp().then(() => waited = true);
  deepStrictEqual(waited, false);
  await caughtUp;
  deepStrictEqual(log.ripe < EVENTS / 2, true);
  pump.flush();
  deepStrictEqual([told, lost], [EVENTS, 0]);
});

Deno.test("EventPump lets go of who waits for what nobody takes any more", async () => {
  const log = new EventLog(Infinity), decoder = new Decoder(new FlowTables(log)), pump = new EventPump(log, () => {});
  for (let timeNs = 1; timeNs <= 100_001; timeNs++) {
    decoder.decode(opened({ cookie: timeNs, timeNs, openedNs: timeNs }));
  }
  pump.drained();
  pump.drained();
  const waits = pump.caughtUp();
  pump.release();
  await waits;
});
