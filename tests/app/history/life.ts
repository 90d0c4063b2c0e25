/** A life of connections at random, as the live screen remembers it. */
import { Decoder } from "../../../src/decode/decode.ts";
import { FLOW_SCHEMA, type FlowArrays, unpackFlows } from "../../../src/flow/columns.ts";
import { FlowTables, type PackedSample } from "../../../src/flow/tables.ts";
import type { Memory } from "../../../src/app/history/memory.ts";
import type { Moment } from "../../../src/app/history/past.ts";
import type { Beside } from "../../../src/app/protocol.ts";
import { ClosedFlows } from "../../../src/view/closed.ts";
import { NO_HEALTH } from "../../../src/flow/health.ts";
import { counters, ended, join, limits, live, tick, udp } from "../../support/records.ts";

const S = 1_000_000_000;
const BESIDE: Beside = {
  health: NO_HEALTH,
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

export interface Was {
  readonly timeNs: number;
  readonly number: number;
  readonly length: number;
  readonly opened: number;
  readonly closed: number;
  readonly flows: Record<string, number[]>;
  /** With what ended before. */
  readonly joined: Record<string, number[]>;
}

export const plain = (flows: FlowArrays, length: number) =>
  Object.fromEntries(
    Object.entries(FLOW_SCHEMA).map((
      [name, kind],
    ) => [name, [...flows[name as keyof FlowArrays].subarray(0, kind === "b16" ? length * 16 : length)]]),
  );

/** What is shown of a moment that is remembered. */
export function shownOf({ sample, ended }: Pick<Moment, "sample" | "ended">): Was {
  const flows = unpackFlows(sample.flows, sample.length), { timeNs, length, number, opened, closed } = sample;
  const joined = new ClosedFlows(ended).join({ ...sample, flows } as never, null);
  return {
    timeNs,
    length,
    number,
    opened,
    closed,
    flows: plain(flows, length),
    joined: plain(joined.flows, joined.length),
  };
}

/** Connections that open, move, connect again and end, at random: the memory of it, and what was shown at each moment. */
export function lived(
  samples: number,
  memory: Memory,
  each: (sample: PackedSample, flows: FlowArrays) => void = () => {},
): Was[] {
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
    each(sample, flows);
    const shown = closed.join({ ...sample, flows } as never, null), { timeNs, length, opened } = sample;
    was.push({
      ...{ timeNs, length, number, opened, closed: sample.closed },
      flows: plain(flows, length),
      joined: plain(shown.flows, shown.length),
    });
  }
  return was;
}
