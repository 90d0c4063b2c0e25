/** Rows of which each field has one of its odd values, and names of all sorts for them. */
import { strictEqual } from "node:assert/strict";
import { FLOW_SCHEMA, type FlowArrays, Unknown } from "../../src/flow/columns.ts";
import { type EventArrays, EventKind, unpackEvents } from "../../src/flow/event_log.ts";
import type { Sample } from "../../src/flow/sample.ts";
import { LIMIT_NAMES } from "../../src/flow/limit.ts";
import { Overflows } from "../../src/flow/overflow_kind.ts";
import { End, OwnerHow } from "../../src/wire/layout.ts";

export const ODD = 'a"\\\n\u2028 \ud800é';

/** Figures where something changes: another number of digits, another unit, halfway between two, no small integer any more, no exact one. */
const FIGURES = [0, 1, 9, 10, 99, 100, 505, 999, 1000, 1005, 1023, 1024, 1152, 9994, 9995, 10_050, 10_234, 10_240]
  .concat([99_949, 99_950, 100_500, 102_348, 102_349, 999_499, 999_500, 1_023_487, 1_023_488, 2 ** 20, 1_048_575])
  .concat([60_466_175, 60_466_176, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 5 * 2 ** 40, 2 ** 53 - 1, 2 ** 60]);
const FEW: Partial<Record<keyof FlowArrays, readonly number[]>> = {
  kind: Object.values(EventKind),
  family: [4, 4, 6],
  protocol: [6, 6, 6, 17],
  state: [0, 1, 7, 10],
  how: Object.values(OwnerHow),
  host: [0, 0, 1, 2],
  fleet: [0],
  end: [0, ...Object.values(End), End.error | 111, End.error | 110, End.error | 200],
  unknown: [0, 0, 0, ...Object.values(Unknown)],
  netns: [0, 4026531840],
  realPort: [0, 0, 443],
  answer: [0, 0, 1],
  scope: [0, 0, 2],
  tgid: [0, 7, 1234],
  uid: [0, 1000],
  cgroup: [0, 1, 2],
  drops: [0, 0, 1],
  ancestors: [0, 77],
  limitedBy: LIMIT_NAMES.map((_, limit) => limit),
  overflowsAre: Object.values(Overflows),
} as never;

/** The same in every run. */
export function oddRows(rows: number): EventArrays {
  let seed = 12345;
  const next = (below: number) => (seed = (Math.imul(seed, 1103515245) + 12345) >>> 0) % 65537 % below;
  const events = unpackEvents({ events: new ArrayBuffer(rows * 1024), rows }), fields = events as FlowArrays;
  for (const field of [...Object.keys(FLOW_SCHEMA), "timeNs", "kind"] as (keyof FlowArrays)[]) {
    const values = FEW[field] ?? FIGURES, isBytes = FLOW_SCHEMA[field] === "b16";
    for (let i = 0; i < fields[field].length; i++) {
      fields[field][i] = isBytes ? [0, 0, 1, 9, 10, 99, 100, 127, 254, 255][next(10)] : values[next(values.length)];
    }
  }
  return events;
}

export const DROPS = [{ reason: "netfilter_drop", direction: "out" as const, packets: 3, bytes: 5 }];
const ID = "0".repeat(64);
/** What a sample has beside its rows: of all of these nothing, or something. */
export const BESIDE: readonly Partial<Sample>[] = [
  {},
  { dropsKnown: false },
  {
    fleet: [{ name: ODD, staleSinceMs: null, aheadMs: null, version: null, intervalMs: 333.3 }],
    users: new Map([[1000, ODD]]),
    processes: new Map([[7, ODD]]),
    programs: new Map([...FIGURES.map((number) => [number, `${ODD}${number}`] as const), [77, "1234 7"]]),
    cgroups: [{ path: "", container: null }, { path: ODD, container: null }, {
      path: "/docker",
      container: { id: ID, runtime: "docker" },
    }],
    containers: new Map([[ID, ODD]]),
    answers: new Map([[1, ODD]]),
    names: new Map([["10.0.0.1", ODD]]),
    zones: new Map([["4026531840 2", ODD]]),
  },
];

/** Line by line: the difference of whole texts would take minutes to show. */
export function compareLines(text: string, wanted: readonly string[]): void {
  const lines = text.split("\n"), wantedLines = [...wanted, ""].join("\n").split("\n");
  wantedLines.forEach((line, at) => strictEqual(lines[at], line));
  strictEqual(lines.length, wantedLines.length);
}
