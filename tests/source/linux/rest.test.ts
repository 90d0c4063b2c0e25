import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { Decoder } from "../../../src/decode/decode.ts";
import { unpackFlows } from "../../../src/flow/columns.ts";
import { FlowTables } from "../../../src/flow/tables.ts";
import { Rest } from "../../../src/source/linux/rest.ts";
import { Feature, Tag, TcpCountersLayout } from "../../../src/wire/layout.ts";
import { counters, ended, join, live, opened, tick } from "../../support/records.ts";
import { snapshotsOf } from "../../support/snapshots.ts";

/** What is handed over by a source that keeps snapshots back, as Collector asks for it. */
class Kept {
  readonly rest = new Rest();
  /** Records that wait in the ring. */
  ring: Uint8Array[] = [];
  synRecv = 0;
  #snapshot: readonly Uint8Array[] = [];
  readonly #snapshots = snapshotsOf(() => this.#snapshot, () => this.synRecv);

  /** `more`: from the ring. What a snapshot has handed over, call by call; nothing: it was kept back. */
  take(snapshot: readonly Uint8Array[], more: readonly Uint8Array[] = []): { drained: Uint8Array; told: Uint8Array[] } {
    const told: Uint8Array[] = [], drained: Uint8Array[] = [];
    this.#snapshot = snapshot;
    this.ring.push(...more);
    const drain = () =>
      this.rest.drain((sink) => this.ring.splice(0).forEach(sink), (records) => drained.push(records.slice()));
    const look = () => {
      const parts: Uint8Array[] = [];
      this.rest.snapshot(this.#snapshots, (part) => parts.push(part.slice()));
      if (!this.rest.isResting) told.push(join(...parts));
    };
    drain();
    if (this.rest.isLate) {
      look();
      drain();
    }
    do look(); while (this.rest.isLate);
    return { drained: join(...drained), told };
  }
}

const CHANGES = { features: Feature.changes };
const still = (second: number) => tick(second * 1e9, CHANGES);
const told = (kept: Kept, ...parts: Uint8Array[]) => kept.take(parts).told.length;

Deno.test("Rest keeps back what two snapshots in a row have said before, while it may, and tells the last of them before what is new", () => {
  const kept = new Kept(), told: number[] = [];
  for (let second = 1; second < 4; second++) told.push(kept.take([still(second)]).told.length);
  kept.rest.untilNs = Infinity;
  for (let second = 4; second < 7; second++) told.push(kept.take([still(second)]).told.length);
  deepStrictEqual(told, [1, 1, 1, 0, 0, 0]);
  const moved = join(counters({ rxBytes: 5 }), still(7));
  deepStrictEqual(kept.take([moved]).told, [still(6), moved]);
  strictEqual(kept.rest.isResting, false);
});

Deno.test("Rest tells what was kept back before what is drained, too", () => {
  const kept = new Kept();
  kept.rest.untilNs = Infinity;
  for (let second = 1; second < 6; second++) kept.take([still(second)]);
  strictEqual(kept.rest.isResting, true);
  const opening = opened({ timeNs: 5.5e9 }), { drained, told } = kept.take([still(6)], [opening]);
  deepStrictEqual(drained, opening);
  deepStrictEqual(told, [still(5), still(6)]);
});

Deno.test("Rest keeps back the second snapshot in a row in which there is nothing, where nothing was drained before the first", () => {
  const told = (drained: Uint8Array[]) => {
    const kept = new Kept();
    kept.rest.untilNs = Infinity;
    return [[join(counters(), still(1))], [still(2), drained], [still(3)], [still(4)]].map(([snapshot, before]) =>
      kept.take([snapshot as Uint8Array], before as Uint8Array[] | undefined).told.length
    );
  };
  deepStrictEqual([told([]), told([opened({ timeNs: 1.5e9 })])], [[1, 1, 0, 0], [1, 1, 1, 0]]);
});

Deno.test("Rest keeps back nothing from a time on, nor where something else of the tick, or how many connections are half open, is new", () => {
  const kept = new Kept();
  kept.rest.untilNs = 5e9;
  const told = (...parts: Uint8Array[]) => kept.take(parts).told.length;
  deepStrictEqual([1, 2, 3, 4, 5, 6].map((second) => told(still(second))), [1, 1, 0, 0, 1, 1]);
  kept.rest.untilNs = Infinity;
  deepStrictEqual([told(still(7)), told(tick(8e9, { ...CHANGES, eventsLost: 1 }))], [0, 2]);
  deepStrictEqual([9, 10, 11].map((second) => told(tick(second * 1e9, { ...CHANGES, eventsLost: 1 }))), [1, 0, 0]);
  kept.synRecv = 1;
  strictEqual(told(tick(12e9, { ...CHANGES, eventsLost: 1 })), 2);
});

Deno.test("Rest keeps back a snapshot of all connections that says what the one before it did, if nothing has moved since", () => {
  const kept = new Kept(), all = (second: number, rxBytes: number) => join(live({ rxBytes }), tick(second * 1e9));
  kept.rest.untilNs = Infinity;
  const at = [still(1), still(2), still(3), still(4), all(5, 7), still(6), still(7), still(8), all(9, 7), still(10)];
  deepStrictEqual(at.map((snapshot) => told(kept, snapshot)), [1, 1, 0, 0, 2, 1, 0, 0, 0, 0]);
  // One that is not as it was is looked at twice.
  deepStrictEqual([all(11, 8), all(12, 8), still(13), still(14)].map((snapshot) => told(kept, snapshot)), [2, 1, 1, 0]);
});

Deno.test("Rest tells a snapshot in all its parts, and keeps none of changes back that is large", () => {
  const kept = new Kept(), large = new Uint8Array(1 << 20), parts = [large, counters(), still(1)];
  kept.rest.untilNs = Infinity;
  for (let i = 0; i < 4; i++) {
    deepStrictEqual(kept.take(parts).told.map(({ length }) => length), [join(...parts).length]);
  }
  // The first one behind it shows that nothing moves any more.
  deepStrictEqual([2, 3, 4].map((second) => told(kept, still(second))), [1, 0, 0]);
  deepStrictEqual(kept.take(parts).told.map(({ length }) => length), [still(4).length, join(...parts).length]);
});

Deno.test("Rest keeps back a snapshot of all connections in however many parts", () => {
  const kept = new Kept(), large = new Uint8Array(1 << 20), other = large.with(5000, 1);
  const all = (second: number, first = large) => [first, live(), tick(second * 1e9)];
  kept.rest.untilNs = Infinity;
  const at = [all(1), [still(2)], [still(3)], all(4), [still(5)], [still(6)], all(7), [still(8)], all(9, other)];
  deepStrictEqual(at.map((parts) => told(kept, ...parts)), [1, 1, 0, 2, 1, 0, 0, 0, 2]);
  // Behind one of changes that was too large to be remembered there is none to be told in its place.
  deepStrictEqual([[large, still(10)], all(11), all(12)].map((parts) => told(kept, ...parts)), [1, 1, 1]);
});

/** Of the sample that is due now: when it was, how long it lasted, and each flow's figures. */
function sampleOf(tables: FlowTables) {
  const { timeNs, intervalMs, opened, closed, length, flows, room } = tables.takeSample();
  const f = unpackFlows(flows, length, room);
  const rows = Array.from({ length }, (_, row) => [f.cookieLow[row], f.rxBytes[row], f.rxDelta[row], f.closed[row]]);
  return { timeNs, intervalMs, opened, closed, rows: rows.toSorted(([a], [b]) => a - b) };
}

interface Second {
  /** Bytes that have come in on the connection. */
  readonly more: number;
  /** It is told of by a snapshot of all. */
  readonly whole: boolean;
  readonly drained: "opened" | "ended" | null;
  readonly rests: boolean;
}

const second = fc.record({
  more: fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 99_999 })),
  whole: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, fc.constant(true)),
  drained: fc.oneof(
    { weight: 9, arbitrary: fc.constant(null) },
    fc.constantFrom("opened" as const, "ended" as const),
  ),
  rests: fc.oneof({ weight: 5, arbitrary: fc.constant(true) }, fc.constant(false)),
});

Deno.test("what Rest tells makes the same samples as all snapshots, but for those that repeat the one before", () => {
  fc.assert(
    fc.property(fc.array(second, { minLength: 4, maxLength: 40 }), (seconds: readonly Second[]) => {
      const all = new FlowTables(), some = new FlowTables(), kept = new Kept();
      const decoders = [new Decoder(all), new Decoder(some)];
      const cookies = [{ cookie: 1, openedNs: 1 }];
      let rxBytes = 0, at = 0, toldNs = 0;
      for (
        const { more, whole, drained, rests } of [{ more: 0, whole: true, drained: null, rests: false }, ...seconds]
      ) {
        const timeNs = ++at * 1e9, ring: Uint8Array[] = [];
        rxBytes += more;
        if (drained === "opened") {
          cookies.push({ cookie: at + 1, openedNs: timeNs - 5e8 });
          ring.push(opened({ ...cookies.at(-1)!, timeNs: timeNs - 5e8 }));
        } else if (drained === "ended" && cookies.length > 1) {
          ring.push(ended({ ...cookies.pop()!, timeNs: timeNs - 5e8 }));
        }
        const described = cookies.map((one) => live({ ...one, ...one.cookie === 1 && { rxBytes } }));
        const snapshot = whole || at === 1
          ? join(...described, tick(timeNs))
          : join(...(more > 0 ? [counters({ cookie: 1, rxBytes, ...COUNTED })] : []), tick(timeNs, CHANGES));
        kept.rest.untilNs = rests ? Infinity : 0;
        for (const records of [...ring, snapshot]) decoders[0].decode(records);
        const { isResting } = kept.rest, wanted = sampleOf(all), told = kept.take([snapshot], ring);
        // What was kept back comes before what was drained.
        const late = told.told.length > 1 ? told.told.shift()! : null;
        if (late !== null) {
          decoders[1].decode(late);
          const { timeNs: lateNs, rows, opened, closed } = sampleOf(some);
          strictEqual(lateNs, wanted.timeNs - 1e9);
          toldNs = lateNs;
          ok(rows.every(([, , delta, closed]) => delta === 0 && closed === 0) && opened + closed === 0);
        }
        decoders[1].decode(told.drained);
        for (const records of told.told) decoders[1].decode(records);
        if (told.told.length === 0) continue;
        // A stretch in which all said the same is one sample.
        const intervalMs = isResting && at > 1 ? (wanted.timeNs - toldNs) / 1e6 : wanted.intervalMs;
        deepStrictEqual(sampleOf(some), { ...wanted, intervalMs });
        toldNs = wanted.timeNs;
      }
    }),
    { numRuns: 300 },
  );
});

const COUNTED = { tag: Tag.tcpCounters, size: TcpCountersLayout.byteLength };
