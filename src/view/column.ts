/** The registry of columns: one place owns a column's name, title, width, order of importance, text and comparison. */
import { type FlowArrays, Protocol } from "../flow/columns.ts";
import {
  acceptQueue,
  cwnd,
  hasPeer,
  limitedBy,
  minRttUs,
  queued,
  retransmits,
  rttUs,
  rxBytes,
  rxDelta,
  rxPackets,
  txBytes,
  txDelta,
  txPackets,
} from "../flow/row.ts";
import { hostState, intervalOf } from "../flow/host.ts";
import { isOfEvents, type Sample } from "../flow/sample.ts";
import { droppedCount, endedOf } from "./drops.ts";
import type { SourceInfo } from "../system/source_info.ts";
import { connectUs, deliveryRate, idleMs, lost, pacingRate, pathFigure, rtoCount } from "../flow/path.ts";
import { hostText } from "./address.ts";
import { endText } from "./end.ts";
import { localNumbers, remoteNumbers } from "./endpoint_numbers.ts";
import { countsText, limitText, urgency } from "./limit.ts";
import { limitCounts } from "./group_reasons.ts";
import * as flow from "./flow.ts";
import { harmless, harmlessName } from "../harmless.ts";
import { peerText } from "./pairs.ts";
import { ageText, BIT_RATE_CELLS, bitRateText, bytesText, durationText, RATE_CELLS, rateText } from "./units.ts";
import type { Cut } from "./width.ts";

/** What a number column's figures count. */
export type Unit = "count" | "bytes" | "bytes/s" | "us" | "ms";

export interface Column {
  /** As --sort and --columns name it. */
  readonly id: string;
  readonly title: string;
  /** Cells at least; the comment at the column says what fits. */
  readonly floor: number;
  /** Cells that it has before columns of less use (layout.ts) come in; absent: its floor. */
  readonly ease?: number;
  /** Share of what is left over; 0: never wider than its floor. */
  readonly weight: number;
  /** Cells at most; absent: as many as the longest endpoint. */
  readonly most?: number;
  readonly align: "left" | "right";
  /** Where a text that is too long loses. */
  readonly cut: Cut;
  /** The order in which columns leave a narrow screen: highest first. 0 never leaves. */
  readonly drop: number;
  /** The id of a column that says little without this one: both leave together. */
  readonly twin?: string;
  /** The table is sorted by it: all others but the first leave before it. */
  readonly stays?: boolean;
  /** The direction that a first sort by this column takes. */
  readonly descending: boolean;
  readonly text: (sample: Sample, row: number) => string;
  /** What rows are sorted by in place of the text; null: not known. */
  readonly rank?: (sample: Sample, row: number) => number | null;
  /** The same, in two parts: rows whose texts are the same are sorted by the number. */
  readonly order?: Order;
  /** Numbers that are the same for rows with the same text, and for no others: a group may count those of thousands of rows. null: texts take no longer. */
  readonly numbers?: (sample: Sample, rows: readonly number[]) => ((row: number) => number) | null;
  /** What the cell of a group says, where that is no total and nothing that its rows have in common. */
  readonly ofGroup?: (sample: Sample, rows: readonly number[]) => string;
  /** Only of a number column: its unit, and the figure; null: not known. */
  readonly unit?: Unit;
  readonly value?: (sample: Sample, row: number) => number | null;
  /** A figure, of a row or a sum, as the column shows it. */
  readonly say?: (value: number | null) => string;
}

export interface Order {
  readonly text: (sample: Sample, row: number) => string;
  /** 0 to 65535. */
  readonly number: (sample: Sample, row: number) => number;
}

export interface NumberColumn extends Column {
  readonly unit: Unit;
  readonly value: (sample: Sample, row: number) => number | null;
  readonly say: (value: number | null) => string;
}

type Value = NumberColumn["value"];

/** A figure of `unit` as a column shows it. */
function valueText(unit: Unit, value: number | null): string {
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
    cut: "end",
    drop,
    descending: true,
    text: (sample, row) => valueText(unit, value(sample, row)),
    unit,
    value,
    say: (figure) => valueText(unit, figure),
  };
}

interface Words {
  readonly floor: number;
  readonly weight?: number;
  readonly drop: number;
  readonly cut?: Cut;
}

function words(
  id: string,
  title: string,
  { floor, weight = 0, drop, cut = "end" }: Words,
  text: Column["text"],
): Column {
  return { id, title, floor, weight, align: "left", drop, descending: false, cut, text };
}

const DIRECTIONS = { inbound: "in", outbound: "out", none: "-" } as const;

type Figure = (flows: FlowArrays, row: number) => number | null;

/** A column of a figure from flow/row.ts. */
const ofRow = (figure: Figure): Value => (s, row) => figure(s.flows, row);
const rate = (figure: Figure): Value => (s, row) => {
  const delta = figure(s.flows, row);
  return delta === null || isOfEvents(s) ? null : flow.perSecond(delta, intervalOf(s, row));
};

const rxPerS = rate(rxDelta), txPerS = rate(txDelta);

/** What the DNS has for the address (~) is not what anybody has asked for. */
function remote(s: Sample, row: number): string {
  const endpoint = hasPeer(s.flows, row) ? `${remoteHost(s, row)}:${s.flows.remotePort[row]}` : "*",
    peer = peerText(s, row);
  return peer === "" ? endpoint : `${endpoint} ${peer}`;
}

function localHost(s: Sample, row: number): string {
  return hostText(flow.localAddress(s, row), s.flows.family[row]);
}

function remoteHost(s: Sample, row: number): string {
  const name = flow.remoteName(s, row);
  if (name === null) return hostText(flow.remoteAddress(s, row), s.flows.family[row]);
  return `${flow.remoteNameFrom(s, row) === "reverse" ? "~" : ""}${harmlessName(name)}`;
}

/** Endpoints of one host stand by port: 80 before 443, which as texts would stand the other way round. */
const BY_LOCAL: Order = { text: localHost, number: (s, r) => s.flows.localPort[r] };
const BY_REMOTE: Order = {
  text: (s, r) => hasPeer(s.flows, r) ? remoteHost(s, r) : "*",
  number: (s, r) => hasPeer(s.flows, r) ? s.flows.remotePort[r] : 0,
};

const PROTOCOLS: Readonly<Record<number, string>> = { [Protocol.tcp]: "tcp", [Protocol.quic]: "quic" };

function overflows(f: FlowArrays, row: number): number | null {
  return acceptQueue(f, row)?.overflows ?? null;
}

function overflowsText({ flows }: Sample, row: number): string {
  const queue = acceptQueue(flows, row), count = queue?.overflows ?? null, most = queue?.overflows_at_most ?? null;
  return count !== null || most === null ? valueText("count", count) : `<=${most}`;
}

/** As they stand from left to right. */
export const COLUMNS: readonly Column[] = [
  words("process", "PROCESS", { floor: 14, weight: 1, drop: 0 }, (s, r) => harmlessName(flow.processName(s, r) ?? "-")),
  number("pid", "PID", 7, 3, "count", (s, r) => flow.pidOf(s.flows, r)), // 4194304
  words("user", "USER", { floor: 8, drop: 10 }, (s, r) => {
    const uid = flow.uidOf(s.flows, r);
    return uid === null ? "-" : harmlessName(flow.userName(s, r) ?? String(uid));
  }),
  words("container", "CONTAINER", { floor: 12, drop: 11 }, (s, r) => {
    const container = flow.container(s, r);
    return container === null ? "-" : harmlessName(container.name ?? container.id.slice(0, 12));
  }),
  words("protocol", "PRO", { floor: 4, drop: 4 }, (s, r) => PROTOCOLS[s.flows.protocol[r]] ?? "udp"),
  words("direction", "DIR", { floor: 4, drop: 14 }, (s, r) => DIRECTIONS[flow.directionName(s.flows, r) ?? "none"]),
  {
    ...words("local", "LOCAL", { floor: 21, weight: 2, drop: 8, cut: "middle" }, flow.localEndpoint),
    order: BY_LOCAL,
    numbers: localNumbers,
  },
  // 255.255.255.255:65535; a name, or who it is on this machine, takes more.
  {
    ...words("remote", "REMOTE", { floor: 21, weight: 3, drop: 1, cut: "middle" }, remote),
    ease: 32,
    order: BY_REMOTE,
    numbers: (sample, rows) => remoteNumbers(sample, rows, remoteHost),
  },
  words("state", "STATE", { floor: 11, drop: 5 }, (s, r) => flow.stateName(s.flows, r)), // ESTABLISHED
  number("rx/s", "RX/s", RATE_CELLS, 0, "bytes/s", rxPerS), // 99.9 MiB/s
  number("tx/s", "TX/s", RATE_CELLS, 0, "bytes/s", txPerS),
  { ...number("rx", "RX", 8, 6, "bytes", ofRow(rxBytes)), twin: "tx" }, // 99.9 MiB
  { ...number("tx", "TX", 8, 6, "bytes", ofRow(txBytes)), twin: "rx" },
  number("rtt", "RTT", 7, 2, "us", ofRow(rttUs)), // 99.9 ms
  number("retrans", "RETRANS", 8, 9, "count", ofRow(retransmits)),
  {
    ...words("limit", "LIMIT", { floor: 11, drop: 5 }, (s, r) => limitText(limitedBy(s.flows, r))), // application
    rank: (s, r) => urgency(limitedBy(s.flows, r)),
    ofGroup: ({ flows }, rows) => countsText(limitCounts(flows, rows)),
  },
  number("cwnd", "CWND", 5, 13, "count", ofRow(cwnd)),
  { ...number("rxpackets", "RX PKTS", 9, 15, "count", ofRow(rxPackets)), twin: "txpackets" },
  { ...number("txpackets", "TX PKTS", 9, 15, "count", ofRow(txPackets)), twin: "rxpackets" },
  number("dropped", "DROPPED", 8, 17, "count", droppedCount),
  number("queue", "QUEUE", 8, 17, "bytes", ofRow(queued)),
  number("minrtt", "MIN RTT", 7, 17, "us", ofRow(minRttUs)),
  number("connect", "CONNECT", 7, 17, "us", ofRow(connectUs)),
  number("idle", "IDLE", 6, 17, "ms", (s, r) => idleMs(s.flows, r, s.timeNs)),
  words("congestion", "CC", { floor: 8, drop: 17 }, (s, r) => harmless(flow.congestionControl(s.flows, r) ?? "-")),
  { ...number("overflows", "OVERFLOWS", 9, 17, "count", ofRow(overflows)), text: overflowsText },
  number("mss", "MSS", 5, 17, "count", ofRow((f, r) => pathFigure(f, r, "mss"))), // 65483
  number("delivery", "DELIVERY", 10, 17, "bytes/s", ofRow(deliveryRate)),
  number("pacing", "PACING", 10, 17, "bytes/s", ofRow(pacingRate)),
  number("lost", "LOST", 7, 17, "count", ofRow(lost)),
  number("rto", "RTO", 5, 17, "count", ofRow(rtoCount)),
  number("ecn", "ECN", 7, 17, "count", ofRow((f, r) => pathFigure(f, r, "ecnMarks"))),
  words("end", "END", { floor: 18, drop: 17 }, (s, r) => {
    const end = endedOf(s, r);
    return end === null ? "-" : endText(end);
  }), // closed by the peer
  number("age", "AGE", 6, 12, "ms", flow.ageMs), // 23h59m
  words("exe", "EXE", { floor: 14, drop: 16 }, (s, r) => harmlessName(flow.executable(s, r) ?? "-")),
  words("parent", "PARENT", { floor: 12, drop: 17 }, (s, r) => harmless(flow.parentText(s, r) ?? "-")), // 4194304 bash
  words(
    "command",
    "COMMAND",
    { floor: 24, weight: 2, drop: 18 },
    (s, r) => harmlessName(flow.commandLine(s, r) ?? "-"),
  ),
];

/** Rates in and out together over the last half minute, as bars: of the live screen alone, which draws them. It leaves before RX and TX do, so that no
 * wider terminal has it in their place. */
export const HISTORY: Column = {
  ...words("history", "HISTORY", { floor: 10, weight: 1, drop: 7 }, () => ""),
  most: 30, // a second each
};

/** Which of --hosts has the flow: behind the process, where there are several. */
export const HOST: Column = words(
  "host",
  "HOST",
  { floor: 8, weight: 1, drop: 2 },
  (s, r) => harmless(hostState(s, r)?.name ?? "-"),
);
const withHost = (columns: readonly Column[]) => columns.flatMap((one) => one.id === "process" ? [one, HOST] : [one]);
const COLUMNS_OF_HOSTS = withHost(COLUMNS);

/** Those that a live screen can show, from left to right. */
export const SCREEN_COLUMNS: readonly Column[] = COLUMNS_OF_HOSTS.flatMap((column) =>
  column.id === "tx/s" ? [column, HISTORY] : [column]
);

/** What a screen shows unless told otherwise; packets say little that bytes do not, nor the executable beside the process. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  "host",
  "rxpackets",
  "txpackets",
  "dropped",
  "queue",
  "minrtt",
  "connect",
  "idle",
  "congestion",
  "overflows",
  "mss",
  "delivery",
  "pacing",
  "lost",
  "rto",
  "ecn",
  "end",
  "exe",
  "parent",
  "command",
]);
export const DEFAULT_COLUMNS: readonly Column[] = SCREEN_COLUMNS.filter(({ id }) => !LEFT_OUT.has(id));
const DEFAULT_OF_HOSTS = withHost(DEFAULT_COLUMNS);

/** Of those, what the source tells. */
export function defaultColumns(source: SourceInfo): readonly Column[] {
  return toldColumns(source.many ? DEFAULT_OF_HOSTS : DEFAULT_COLUMNS, source);
}

/** What rows are sorted by unless something else is asked for: both directions together. */
export const TOTAL_RATE: Column = number("rate", "RATE", RATE_CELLS, 0, "bytes/s", (s, row) => {
  const rx = rxPerS(s, row), tx = txPerS(s, row);
  return rx === null || tx === null ? null : rx + tx;
});

const NOT_ON_MACOS = ["nettop", "pcblist"];
/** Sources that tell nothing of it, whatever the flow. */
const NEVER_BY = new Map<string, readonly string[]>([
  ...["retrans", "cwnd", "limit", "queue", "minrtt", "idle", "congestion", "mss", "delivery", "pacing", "rto", "ecn"]
    .map(
      (id) => [id, NOT_ON_MACOS] as const,
    ),
  ...["connect", "lost", "end"].map((id) => [id, [...NOT_ON_MACOS, "netlink"]] as const),
]);

/** Whether the source never tells what the column shows. */
export function isNeverTold(id: string, { tcp, many }: SourceInfo): boolean {
  if (id === "host") return many !== true;
  return tcp !== null && (NEVER_BY.get(id)?.includes(tcp) ?? false);
}

/** Those that can say anything. */
export function toldColumns(columns: readonly Column[], source: SourceInfo): readonly Column[] {
  const all = source.many && columns === COLUMNS ? COLUMNS_OF_HOSTS : columns;
  const told = all.filter(({ id }) => !isNeverTold(id, source));
  return told.length === all.length ? all : told;
}

const BY_ID = new Map([...COLUMNS, HOST, TOTAL_RATE].map((column) => [column.id, column]));

/** Of a column that a screen can show, and that may have no figure or text for anything else. */
export function screenColumnById(id: string): Column | undefined {
  return id.toLowerCase() === HISTORY.id ? HISTORY : columnById(id);
}

export function columnById(id: string): Column | undefined {
  return BY_ID.get(id.toLowerCase());
}

const IN_BITS = new Map(
  [...COLUMNS, TOTAL_RATE].filter(({ unit }) => unit === "bytes/s").map((column) => {
    const { value } = column as NumberColumn;
    const inBits: NumberColumn = {
      ...column as NumberColumn,
      floor: BIT_RATE_CELLS,
      text: (sample, row) => bitRateText(value(sample, row)),
      say: bitRateText,
    };
    return [column.id, inBits] as const;
  }),
);

/** The columns as they are shown: those of rates in bit/s, if `bits`. Each is the same object every time. */
export function inUnits(columns: readonly Column[], bits: boolean): readonly Column[] {
  return bits ? columns.map((column) => IN_BITS.get(column.id) ?? column) : columns;
}
