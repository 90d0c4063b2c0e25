import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { Decoder } from "../../../src/decode/decode.ts";
import { FLOW_SCHEMA, type FlowArrays, unpackFlows } from "../../../src/flow/columns.ts";
import { FlowTables } from "../../../src/flow/tables.ts";
import { Memory } from "../../../src/app/history/memory.ts";
import { Past } from "../../../src/app/history/past.ts";
import type { Beside } from "../../../src/app/protocol.ts";
import { ClosedFlows } from "../../../src/view/closed.ts";
import { counters, ended, join, limits, live, tick, udp } from "../../support/records.ts";

const S = 1_000_000_000;
const BESIDE: Beside = {
  health: {
    events: 0,
    eventsLost: 0,
    recordsInvalid: 0,
    flowsEvicted: 0,
    socketsUntracked: 0,
    datagramsUntracked: 0,
    snapshotErrors: 0,
    dropsUntracked: 0,
    dnsUnread: 0,
    dnsNamesEvicted: 0,
  },
  source: { tcp: "bpf", udp: "bpf", notes: [] },
  selfCpuPercent: 1,
  selfRssBytes: 1e6,
  timeWait: null,
  synRecv: null,
};

/** The same every time. */
function* numbers(): Generator<number> {
  for (let seed = 7;; seed = seed * 48271 % 2147483647) yield seed;
}

interface Was {
  readonly timeNs: number;
  readonly number: number;
  readonly length: number;
  readonly opened: number;
  readonly closed: number;
  readonly flows: Record<string, number[]>;
  /** With what ended before. */
  readonly joined: Record<string, number[]>;
}

const plain = (flows: FlowArrays, length: number) =>
  Object.fromEntries(
    Object.entries(FLOW_SCHEMA).map((
      [name, kind],
    ) => [name, [...flows[name as keyof FlowArrays].subarray(0, kind === "b16" ? length * 16 : length)]]),
  );

/** Connections that open, move, connect again and end, at random: the memory of it, and what was shown at each moment. */
function lived(samples: number, memory: Memory): Was[] {
  const tables = new FlowTables(), decoder = new Decoder(tables), random = numbers(), was: Was[] = [];
  const closed = new ClosedFlows(), open = new Map<number, number>();
  const next = (below: number) => random.next().value! % below;
  let cookie = 100, bytes = 0;
  for (let number = 0; number < samples; number++) {
    const beginNs = (number + 1) * S, records: Uint8Array[] = [];
    const drained = () => {
      const part = join(...records.splice(0));
      memory.records(part);
      decoder.decode(part);
    };
    for (const [one, openedNs] of open) {
      if (next(10) === 0) {
        records.push(
          ended({ cookie: one, timeNs: beginNs - S / 2, openedNs, rxBytes: bytes += 7, localPort: one % 60000 }),
        );
        open.delete(one);
      } else if (next(3) === 0) records.push(counters({ cookie: one, rxBytes: bytes += 1009, txBytes: 503 }));
      else records.push(counters({ cookie: one }));
      if (next(20) === 0) records.push(limits({ cookie: one, busyUs: bytes, sendQueue: next(99) }));
    }
    drained();
    for (let i = next(9); i >= 0; i--) {
      const openedNs = beginNs - next(S / 2);
      open.set(++cookie, openedNs);
      records.push(live({ cookie, timeNs: beginNs, openedNs, localPort: cookie % 60000, rxBytes: next(99) }));
    }
    if (next(4) === 0) records.push(udp({ cookie: 9, firstNs: S, lastNs: beginNs, state: 1, rxBytes: bytes }));
    records.push(tick(beginNs));
    drained();
    memory.sample();
    const sample = tables.takeSample(null, memory.wantsState ? (state) => memory.state(state.finish()) : null);
    const flows = unpackFlows(sample.flows, sample.length);
    for (let row = 0; row < sample.length; row++) flows.exe[row] = flows.cookieLow[row] % 5;
    memory.add(sample, flows, BESIDE);
    const shown = closed.join({ ...sample, flows } as never, null), { timeNs, length, opened } = sample;
    was.push({
      ...{ timeNs, length, number, opened, closed: sample.closed },
      flows: plain(flows, length),
      joined: plain(shown.flows, shown.length),
    });
  }
  return was;
}

function looked(past: Past, fromNs: number, samples: number, ms = 0): Was | null {
  const moment = past.look(fromNs, { samples, ms }, null);
  if (moment === null) return null;
  const { sample, ended } = moment, flows = unpackFlows(sample.flows, sample.length);
  const shown = new ClosedFlows(ended).join({ ...sample, flows } as never, null);
  const { timeNs, length, number, opened, closed } = sample;
  return {
    timeNs,
    length,
    number,
    opened,
    closed,
    flows: plain(flows, length),
    joined: plain(shown.flows, shown.length),
  };
}

Deno.test("Past shows every moment as it was, to the last column, and what had ended before", () => {
  const memory = new Memory(600_000), was = lived(150, memory), past = new Past(memory), nowNs = was.at(-1)!.timeNs;
  ok(memory.segments.length > 2);
  for (let back = 1; back < was.length; back += 13) {
    deepStrictEqual(looked(past, nowNs, -back), was[was.length - 1 - back]);
  }
  for (let at = 3; at < 30; at++) deepStrictEqual(looked(past, was[at].timeNs, 1), was[at + 1]);
  deepStrictEqual(looked(past, nowNs, -Number.MAX_SAFE_INTEGER), was[0]);
});

Deno.test("Past steps by minutes, to the oldest and to the present", () => {
  const memory = new Memory(600_000), was = lived(150, memory), past = new Past(memory), nowNs = was.at(-1)!.timeNs;
  strictEqual(looked(past, nowNs, 0, -60_000)!.number, 149 - 60);
  strictEqual(looked(past, was[30].timeNs, 0, 60_000)!.number, 90);
  strictEqual(looked(past, was[30].timeNs, 0, -60_000)!.number, 0);
  strictEqual(looked(past, was[100].timeNs, 0, 60_000), null);
  strictEqual(looked(past, was[30].timeNs, 118)!.number, 148);
  strictEqual(looked(past, was[30].timeNs, 119), null);
  strictEqual(looked(past, nowNs, Number.MAX_SAFE_INTEGER), null);
});

Deno.test("Memory forgets what is older than it should be", () => {
  const memory = new Memory(30_000), was = lived(150, memory), past = new Past(memory), nowNs = was.at(-1)!.timeNs;
  const oldest = looked(past, nowNs, -Number.MAX_SAFE_INTEGER)!;
  ok(oldest.number <= 119 && oldest.number >= 119 - 60, String(oldest.number));
  deepStrictEqual(oldest.flows, was[oldest.number].flows);
  strictEqual(memory.extent!.oldestNs, oldest.timeNs);
});

Deno.test("Memory thins out what is old when there is too much, and says from where on", () => {
  const whole = new Memory(600_000);
  lived(200, whole);
  const bytes = whole.segments.reduce((sum, segment) => sum + segment.bytes, 0);
  const memory = new Memory(600_000, bytes * 0.6), was = lived(200, memory), past = new Past(memory);
  const nowNs = was.at(-1)!.timeNs, { oldestNs, thinBeforeNs } = memory.extent!;
  ok(memory.segments.reduce((sum, segment) => sum + segment.bytes, 0) <= bytes * 0.6);
  ok(thinBeforeNs !== null && thinBeforeNs > oldestNs);
  for (const { thin, samples } of memory.segments) strictEqual(thin, samples.length === 1);
  for (let back = 1; back < 200; back += 9) {
    const moment = looked(past, nowNs, -back)!, then = was[moment.number];
    deepStrictEqual(moment.flows, then.flows);
  }
});
