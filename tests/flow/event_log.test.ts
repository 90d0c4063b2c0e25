import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { Decoder } from "../../src/decode/decode.ts";
import type { FlowArrays } from "../../src/flow/columns.ts";
import { EventKind, EventLog, unpackEvents, UNTOLD } from "../../src/flow/event_log.ts";
import type { EventBatch } from "../../src/flow/sample.ts";
import { EventLines } from "../../src/output/events.ts";
import { FlowTables } from "../../src/flow/tables.ts";
import { Direction, OwnerHow } from "../../src/wire/layout.ts";
import { TcpState } from "../../src/wire/tcp_state.ts";
import { EventFeed } from "../support/event_feed.ts";
import { comm, dropped, ended, join, live, opened, owner, tick } from "../support/records.ts";

/** One drain after the other; what each hands out as [kind, cookie, time, pid]. */
class Drains {
  readonly log: EventLog;
  readonly decoder: Decoder;

  constructor(capacity?: number) {
    this.log = new EventLog(capacity);
    this.decoder = new Decoder(this.tables = new FlowTables(this.log));
  }

  readonly tables: FlowTables;
  /** Reasons of drops, by the event's own time, of those that were told. */
  readonly reasons = new Map<number, readonly (string | null)[]>();

  drain(...records: readonly Uint8Array[]): number[][] {
    this.decoder.decode(join(...records));
    this.tables.drained();
    this.log.ripen();
    const taken = this.take(false);
    this.log.drained();
    return taken;
  }

  take(all: boolean): number[][] {
    const batch = this.log.take(all);
    if (batch === null) return [];
    const { kind, cookieLow, timeNs, tgid, drops } = unpackEvents(batch);
    for (let i = 0; i < batch.length; i++) {
      this.reasons.set(timeNs[i], (batch.drops.get(drops[i]) ?? []).map(({ reason }) => reason));
    }
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

Deno.test("EventLog keeps the order of times, and of what came at the same one, whatever the order of the records", () => {
  const times = fc.array(fc.array(fc.nat(40), { maxLength: 60 }), { maxLength: 6 });
  fc.assert(fc.property(times, fc.array(fc.boolean(), { maxLength: 6 }), (drains, taken) => {
    const log = new EventLog(), decoder = new Decoder(new FlowTables(log));
    let cookie = 0, dueNs = 0, newestNs = 0, waiting: [number, number][] = [];
    const take = (all: boolean) => {
      const batch = log.take(all);
      const due = waiting.filter(([timeNs]) => all || timeNs <= dueNs).sort(([a], [b]) => a - b);
      waiting = waiting.filter((one) => !due.includes(one));
      const { timeNs, cookieLow } = batch === null
        ? unpackEvents({ events: new ArrayBuffer(0), rows: 0 })
        : unpackEvents(batch);
      deepStrictEqual(Array.from({ length: batch?.length ?? 0 }, (_, row) => [timeNs[row], cookieLow[row]]), due);
      if (batch !== null) log.giveBack(batch.events, batch.rows);
    };
    drains.forEach((ofDrain, i) => {
      for (const time of ofDrain) {
        const timeNs = 1000 + time;
        decoder.decode(opened({ cookie: ++cookie, timeNs, openedNs: timeNs }));
        waiting.push([timeNs, cookie]);
        newestNs = Math.max(newestNs, timeNs);
      }
      log.ripen();
      if (taken[i]) take(false);
      log.drained();
      dueNs = newestNs;
    });
    take(true);
  }));
});

Deno.test("EventLog has nothing of an earlier batch in memory that comes back", () => {
  const drains = new Drains();
  for (const cookie of [1, 2, 3, 4]) {
    drains.decoder.decode(opened({ cookie, timeNs: cookie, openedNs: cookie, rxBytes: cookie % 2 === 0 ? 0 : 7 }));
    const batch = drains.log.take(true)!, { cookieLow, rxBytes, kind } = unpackEvents(batch);
    deepStrictEqual([batch.length, cookieLow[0], rxBytes[0], kind[0]], [1, cookie, cookie % 2 === 0 ? 0 : 7, 1]);
    drains.log.giveBack(batch.events, batch.rows);
  }
});

Deno.test("EventLog hands out many events in batches of a size, one after the other, and what came meanwhile behind them", () => {
  const drains = new Drains(), told: number[] = [], lengths: number[] = [];
  let cookie = 0;
  const records = (count: number) =>
    Array.from({ length: count }, () => opened({ cookie: ++cookie, timeNs: cookie, openedNs: cookie }));
  const take = (all: boolean) => {
    const taken = drains.take(all);
    lengths.push(taken.length);
    told.push(...taken.map(([, cookie]) => cookie));
  };
  drains.drain(...records(5000));
  lengths.push(drains.drain(...records(3)).length);
  told.push(...Array.from({ length: lengths[0] }, (_, i) => i + 1));
  take(false);
  drains.decoder.decode(join(...records(4)));
  drains.log.ripen();
  drains.log.drained();
  for (let left = true; left; left = lengths.at(-1)! > 0) take(true);
  deepStrictEqual(lengths, [2048, 2048, 911, 0]);
  deepStrictEqual(told, Array.from({ length: 5007 }, (_, i) => i + 1));
});

Deno.test("EventLog tells of what it dropped once, with the last events that stand before it", () => {
  const drains = new Drains(3000);
  for (let cookie = 1; cookie <= 3010; cookie++) {
    drains.decoder.decode(opened({ cookie, timeNs: cookie, openedNs: cookie }));
  }
  const batches = [1, 2].map(() => drains.log.take(true)!);
  deepStrictEqual(batches.map(({ length, dropped }) => [length, dropped]), [[2048, 0], [952, 10]]);
  strictEqual(drains.log.take(true), null);
});

Deno.test("EventLog knows the owners of ends that have moved, and not of those that were told", () => {
  const drains = new Drains(), nobody = { how: OwnerHow.none, tgid: 0 };
  const ends = (first: number, count: number) =>
    Array.from({ length: count }, (_, i) => first + i).map((cookie) =>
      ended({ ...nobody, cookie, timeNs: cookie, openedNs: cookie })
    );
  drains.drain(...ends(1, 2500));
  strictEqual(drains.drain().length, 2048);
  drains.drain(...ends(2501, 100));
  const known = (cookie: number) => owner({ how: OwnerHow.close, tgid: 4321, cookie, openedNs: cookie });
  drains.decoder.decode(join(known(7), known(2600)));
  const left = drains.take(true);
  deepStrictEqual([left.length, left.filter(([, , , tgid]) => tgid === 4321).map(([, cookie]) => cookie)], [100, [
    2600,
  ]]);
});

Deno.test("EventLog leaves out the fields that nobody asks for, and no line of an event asks for them", () => {
  const rows = [ended({ cookie: 1, timeNs: 5 }), opened({ cookie: 2, timeNs: 6 }), ended({ cookie: 3, timeNs: 7 })];
  const feeds = [new EventFeed(), new EventFeed(new EventLog(undefined, UNTOLD))];
  const [all, some] = feeds.map((feed) => feed.batch(...rows));
  const closed = new Proxy(some.events, {
    get(arrays, field) {
      if (UNTOLD.has(field as keyof FlowArrays)) throw new Error(`${String(field)} is asked for`);
      return Reflect.get(arrays, field);
    },
  });
  for (const json of [true, false]) {
    const text = (batch: EventBatch) =>
      [...new EventLines(json, null).pieces(batch, [0, 1, 2])].map((piece) => new TextDecoder().decode(piece)).join("");
    strictEqual(text({ ...some, flows: closed, events: closed }), text(all));
  }
});

Deno.test("EventLog tells an end with the drops that are read one drain later, with a cookie or by the packets' ends", () => {
  for (const known of [{}, { cookie: 0, direction: Direction.unknown }]) {
    const drains = new Drains();
    drains.drain(ended({ timeNs: 3000, state: TcpState.SYN_SENT }));
    deepStrictEqual(drains.drain(dropped("NO_SOCKET", { ...known, lastNs: 2000 })).length, 1);
    deepStrictEqual([...drains.reasons], [[3000, ["no_socket"]]]);
  }
});

Deno.test("EventLog tells each connection of a socket that connected again with the drops of its own", () => {
  const drains = new Drains(), known = { cookie: 0, direction: Direction.unknown };
  const of = (at: number, localPort: number) =>
    ended({ timeNs: at, openedNs: at - 10, localPort, state: TcpState.SYN_SENT });
  drains.drain(of(3000, 1001), of(4000, 1002), of(5000, 1003));
  drains.drain(
    dropped("NO_SOCKET", { ...known, sourcePort: 1001 }),
    dropped("NETFILTER_DROP", { ...known, sourcePort: 1003 }),
  );
  deepStrictEqual([...drains.reasons], [[3000, ["no_socket"]], [4000, []], [5000, ["netfilter_drop"]]]);
});
