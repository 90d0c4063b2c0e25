/** The registry of columns: one place owns a column's name, title, width, order of importance, text and comparison. */
import { Unknown } from "../flow/columns.ts";
import type { Sample } from "../flow/sample.ts";
import * as flow from "./flow.ts";
import { harmless } from "./harmless.ts";
import { ageText, bytesText, durationText, rateText } from "./units.ts";

/** What a number column's figures count. */
export type Unit = "count" | "bytes" | "bytes/s" | "us" | "ms";

export interface Column {
  /** As --sort and --columns name it. */
  readonly id: string;
  readonly title: string;
  /** Cells at least; the comment at the column says what fits. */
  readonly floor: number;
  /** Share of what is left over; 0: never wider than its floor. */
  readonly weight: number;
  readonly align: "left" | "right";
  /** The order in which columns leave a narrow screen: highest first. 0 never leaves. */
  readonly drop: number;
  /** The direction that a first sort by this column takes. */
  readonly descending: boolean;
  /** Orders two rows ascending; null facts sort below all others. */
  readonly compare: (sample: Sample, a: number, b: number) => number;
  readonly text: (sample: Sample, row: number) => string;
  /** Only of a number column: its unit, and the figure; null: not known. */
  readonly unit?: Unit;
  readonly value?: (sample: Sample, row: number) => number | null;
}

export interface NumberColumn extends Column {
  readonly unit: Unit;
  readonly value: (sample: Sample, row: number) => number | null;
}

type Value = NumberColumn["value"];

/** A figure of `unit` as a column shows it. */
export function valueText(unit: Unit, value: number | null): string {
  switch (unit) {
    case "count":
      return value === null ? "-" : String(value);
    case "bytes":
      return bytesText(value);
    case "bytes/s":
      return rateText(value);
    case "us":
      return durationText(value);
    case "ms":
      return ageText(value);
  }
}

function number(id: string, title: string, floor: number, drop: number, unit: Unit, value: Value): NumberColumn {
  return {
    id,
    title,
    floor,
    weight: 0,
    align: "right",
    drop,
    descending: true,
    compare: (sample, a, b) => (value(sample, a) ?? -1) - (value(sample, b) ?? -1),
    text: (sample, row) => valueText(unit, value(sample, row)),
    unit,
    value,
  };
}

function words(id: string, title: string, floor: number, weight: number, drop: number, text: Column["text"]): Column {
  const compare: Column["compare"] = (sample, a, b) => {
    const x = text(sample, a), y = text(sample, b);
    return x < y ? -1 : x > y ? 1 : 0;
  };
  return { id, title, floor, weight, align: "left", drop, descending: false, compare, text };
}

type Field = "rxBytes" | "txBytes" | "rxDelta" | "txDelta" | "srttUs" | "retransmits" | "cwnd";

/** The field, or null where this flow's source cannot tell it. */
const known = (bit: number, field: Field): Value => ({ flows: f }, row) => flow.known(f, row, bit, f[field][row]);
const rate = (field: "rxDelta" | "txDelta"): Value => (s, row) =>
  flow.known(s.flows, row, Unknown.bytes, flow.perSecond(s.flows[field][row], s.intervalMs));
const ofTcp = (value: Value): Value => (s, row) => flow.isTcp(s.flows, row) ? value(s, row) : null;

const rxPerS = rate("rxDelta"), txPerS = rate("txDelta");

function remote(s: Sample, row: number): string {
  const name = flow.hasPeer(s.flows, row) ? flow.remoteName(s, row) : null;
  return name === null ? flow.remoteEndpoint(s.flows, row) : `${harmless(name)}:${s.flows.remotePort[row]}`;
}

export const COLUMNS: readonly Column[] = [
  words("process", "PROCESS", 15, 1, 0, (s, r) => harmless(flow.processName(s, r) ?? "-")),
  number("pid", "PID", 7, 4, "count", (s, r) => flow.hasOwner(s.flows, r) ? s.flows.tgid[r] : null),
  words("user", "USER", 8, 0, 8, (s, r) => {
    const uid = flow.uidOf(s.flows, r);
    return uid === null ? "-" : harmless(s.users.get(uid) ?? String(uid));
  }),
  words("protocol", "PROTO", 5, 0, 7, (s, r) => flow.isTcp(s.flows, r) ? "tcp" : "udp"),
  words("local", "LOCAL", 21, 2, 3, (s, r) => flow.localEndpoint(s.flows, r)), // 255.255.255.255:65535
  words("remote", "REMOTE", 21, 3, 0, remote),
  words("state", "STATE", 11, 0, 5, (s, r) => flow.stateName(s.flows, r)), // ESTABLISHED
  number("rx/s", "RX/s", 10, 0, "bytes/s", rxPerS), // 99.9 MiB/s
  number("tx/s", "TX/s", 10, 0, "bytes/s", txPerS),
  number("rx", "RX", 8, 2, "bytes", known(Unknown.bytes, "rxBytes")), // 99.9 MiB
  number("tx", "TX", 8, 2, "bytes", known(Unknown.bytes, "txBytes")),
  number("rtt", "RTT", 7, 1, "us", (s, r) => known(Unknown.rtt, "srttUs")(s, r) || null), // 99.9 ms
  number("retrans", "RETRANS", 7, 6, "count", ofTcp(known(Unknown.retransmits, "retransmits"))),
  number("cwnd", "CWND", 5, 9, "count", ofTcp(known(Unknown.cwnd, "cwnd"))),
  number("age", "AGE", 6, 10, "ms", flow.ageMs), // 23h59m
];

/** What rows are sorted by unless something else is asked for: both directions together. */
export const TOTAL_RATE: Column = number("rate", "RATE", 10, 0, "bytes/s", (s, row) => {
  const rx = rxPerS(s, row), tx = txPerS(s, row);
  return rx === null || tx === null ? null : rx + tx;
});

const BY_ID = new Map([...COLUMNS, TOTAL_RATE].map((column) => [column.id, column]));

export function columnById(id: string): Column | undefined {
  return BY_ID.get(id.toLowerCase());
}
