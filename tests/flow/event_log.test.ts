import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { Decoder } from "../../src/decode/decode.ts";
import { EventKind, EventLog, unpackEvents } from "../../src/flow/event_log.ts";
import { FlowTables } from "../../src/flow/tables.ts";
import { OwnerHow } from "../../src/wire/layout.ts";
import { comm, ended, join, live, opened, owner, tick } from "../support/records.ts";

/** One drain after the other; what each hands out as [kind, cookie, time, pid]. */
class Drains {
  readonly log: EventLog;
  readonly decoder: Decoder;

  constructor(capacity?: number) {
    this.log = new EventLog(capacity);
    this.decoder = new Decoder(new FlowTables(this.log));
  }

  drain(...records: readonly Uint8Array[]): number[][] {
    this.decoder.decode(join(...records));
    const taken = this.take(false);
    this.log.drained();
    return taken;
  }

  take(all: boolean): number[][] {
    const batch = this.log.take(all);
    if (batch === null) return [];
    const { kind, cookieLow, timeNs, tgid } = unpackEvents(batch);
    return Array.from({ length: batch.length }, (_, i) => [kind[i], cookieLow[i], timeNs[i], tgid[i]]);
  }
}

Deno.test("EventLog hands out an event one drain after it came", () => {
  const drains = new Drains();
  deepStrictEqual(drains.drain(opened({ cookie: 1, timeNs: 1000 })), []);
  deepStrictEqual(drains.drain(), [[EventKind.opened, 1, 1000, 1234]]);
  deepStrictEqual(drains.drain(), []);
});

Deno.test("EventLog puts events of two drains in the order of their times", () => {
  const drains = new Drains();
  drains.drain(opened({ cookie: 1, timeNs: 1000 }), opened({ cookie: 3, timeNs: 3000, openedNs: 3000 }));
  const late = [
    opened({ cookie: 2, timeNs: 2000, openedNs: 2000 }),
    opened({ cookie: 4, timeNs: 4000, openedNs: 4000 }),
  ];
  deepStrictEqual(drains.drain(...late).map(([, cookie]) => cookie), [1, 2, 3]);
  deepStrictEqual(drains.drain().map(([, cookie]) => cookie), [4]);
});

Deno.test("EventLog gives an end the owner that its record brings a moment later", () => {
  const drains = new Drains();
  drains.drain(opened({ how: OwnerHow.none, tgid: 0 }), ended({ how: OwnerHow.none, tgid: 0 }));
  const known = owner({ how: OwnerHow.close, tgid: 4321, comm: comm("wget") });
  deepStrictEqual(drains.drain(known).map(([kind, , , tgid]) => [kind, tgid]), [
    [EventKind.opened, 0],
    [EventKind.closed, 4321],
  ]);
});

Deno.test("EventLog counts what finds no room", () => {
  const drains = new Drains(2);
  for (let cookie = 1; cookie <= 5; cookie++) drains.decoder.decode(opened({ cookie }));
  const batch = drains.log.take(true)!;
  deepStrictEqual([batch.length, batch.dropped], [2, 3]);
  strictEqual(drains.log.take(true), null);
});

Deno.test("EventLog tells of a connection whose end nobody saw", () => {
  const drains = new Drains();
  drains.decoder.decode(join(live({ timeNs: 10 }), tick(100), tick(200), tick(300)));
  deepStrictEqual(drains.take(true).map(([kind, cookie, timeNs]) => [kind, cookie, timeNs]), [
    [EventKind.vanished, 77, 400],
  ]);
});

Deno.test("EventLog tells of an end once", () => {
  const drains = new Drains();
  drains.decoder.decode(join(opened(), ended(), ended(), tick(9000), tick(10000), tick(11000)));
  deepStrictEqual(drains.take(true).map(([kind]) => kind), [EventKind.opened, EventKind.closed]);
});
