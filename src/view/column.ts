/** The registry of columns: one place owns a column's name, title, width, order of importance, text and comparison. */
import { Unknown } from "../flow/columns.ts";
import type { Sample } from "../flow/sample.ts";
import * as flow from "./flow.ts";
import { endpointText } from "./address.ts";
import { harmless } from "./harmless.ts";
import { ageText, bytesText, durationText, rateText } from "./units.ts";

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
}

type Key = (sample: Sample, row: number) => number | null;
const byNumber = (key: Key) => (sample: Sample, a: number, b: number) =>
  (key(sample, a) ?? -1) - (key(sample, b) ?? -1);
const byText = (key: (sample: Sample, row: number) => string) => (sample: Sample, a: number, b: number) => {
  const x = key(sample, a), y = key(sample, b);
  return x < y ? -1 : x > y ? 1 : 0;
};

function number(id: string, title: string, floor: number, drop: number, key: Key, text: (n: number | null) => string) {
  return {
    id,
    title,
    floor,
    weight: 0,
    align: "right",
    drop,
    descending: true,
    compare: byNumber(key),
    text: (sample: Sample, row: number) => text(key(sample, row)),
  } as const satisfies Column;
}

function words(
  id: string,
  title: string,
  floor: number,
  weight: number,
  drop: number,
  text: (s: Sample, r: number) => string,
) {
  return { id, title, floor, weight, align: "left", drop, descending: false, compare: byText(text), text } as const;
}

const plain = (n: number | null) => n === null ? "-" : String(n);
const bytes = (field: "rxBytes" | "txBytes"): Key => (s, row) =>
  flow.known(s.flows, row, Unknown.bytes, s.flows[field][row]);
const rate = (delta: "rxDelta" | "txDelta"): Key => (s, row) =>
  flow.known(s.flows, row, Unknown.bytes, flow.perSecond(s.flows[delta][row], s.intervalMs));
const local = (s: Sample, row: number) =>
  endpointText(flow.localAddress(s.flows, row), s.flows.family[row], s.flows.localPort[row]);
const remote = (s: Sample, row: number) =>
  flow.hasPeer(s.flows, row)
    ? endpointText(flow.remoteAddress(s.flows, row), s.flows.family[row], s.flows.remotePort[row])
    : "*";

export const COLUMNS: readonly Column[] = [
  words("process", "PROCESS", 15, 1, 0, (s, r) => harmless(flow.processName(s, r) ?? "-")),
  number("pid", "PID", 7, 4, (s, r) => flow.hasOwner(s.flows, r) ? s.flows.tgid[r] : null, plain),
  words("user", "USER", 8, 0, 8, (s, r) => {
    const uid = flow.uidOf(s.flows, r);
    return uid === null ? "-" : harmless(s.users.get(uid) ?? String(uid));
  }),
  words("protocol", "PROTO", 5, 0, 7, (s, r) => s.flows.protocol[r] === 6 ? "tcp" : "udp"),
  words("local", "LOCAL", 21, 2, 3, local), // 255.255.255.255:65535
  words("remote", "REMOTE", 21, 3, 0, remote),
  words("state", "STATE", 11, 0, 5, (s, r) => flow.stateName(s.flows, r)), // ESTABLISHED
  number("rx/s", "RX/s", 10, 0, rate("rxDelta"), rateText), // 99.9 MiB/s
  number("tx/s", "TX/s", 10, 0, rate("txDelta"), rateText),
  number("rx", "RX", 8, 2, bytes("rxBytes"), bytesText), // 99.9 MiB
  number("tx", "TX", 8, 2, bytes("txBytes"), bytesText),
  number("rtt", "RTT", 7, 1, (s, r) => s.flows.srttUs[r] || null, durationText), // 99.9 ms
  number(
    "retrans",
    "RETRANS",
    7,
    6,
    (s, r) => flow.known(s.flows, r, Unknown.retransmits, s.flows.retransmits[r]),
    plain,
  ),
  number("cwnd", "CWND", 5, 9, (s, r) => flow.known(s.flows, r, Unknown.cwnd, s.flows.cwnd[r]), plain),
  number("age", "AGE", 6, 10, flow.ageMs, ageText), // 23h59m
];

/** Columns that are not shown but can be sorted by. */
export const TOTAL_RATE: Column = {
  ...number("rate", "RATE", 10, 0, (s, r) => s.flows.rxDelta[r] + s.flows.txDelta[r], rateText),
};

export function columnById(id: string): Column | undefined {
  return id === TOTAL_RATE.id ? TOTAL_RATE : COLUMNS.find((column) => column.id === id.toLowerCase());
}
