/** What the documents say of the whole machine and of tcptop itself, by the names that they have there: conditions ask for the same. */
import type { Sample } from "../flow/sample.ts";
import type { Unit } from "./column.ts";
import { type Totals, totalsOf } from "./totals.ts";

export type Figure = (sample: Sample, totals: Totals) => number | null;

const TOTALS = {
  flows: (_, totals) => totals.flows,
  tcp: (_, totals) => totals.tcp,
  udp: (_, totals) => totals.udp,
  opened: (_, totals) => totals.opened,
  closed: (_, totals) => totals.closed,
  failed: (_, totals) => totals.failed,
  time_wait: (sample) => sample.timeWait,
  syn_recv: (sample) => sample.synRecv,
  rx_bytes_per_s: (_, totals) => totals.rxBytesPerS,
  tx_bytes_per_s: (_, totals) => totals.txBytesPerS,
  inside_bytes_per_s: (_, totals) => totals.insideBytesPerS,
  inside_by_address_bytes_per_s: (_, totals) => totals.insideByAddressBytesPerS,
  loopback_rx_bytes_per_s: (_, totals) => totals.loopbackRxBytesPerS,
  loopback_tx_bytes_per_s: (_, totals) => totals.loopbackTxBytesPerS,
  rx_dropped_packets: (_, totals) => totals.rxDroppedPackets,
} as const satisfies Readonly<Record<string, Figure>>;

const HEALTH = {
  events: ({ health }) => health.events,
  events_lost: ({ health }) => health.eventsLost,
  records_invalid: ({ health }) => health.recordsInvalid,
  flows_evicted: ({ health }) => health.flowsEvicted,
  sockets_untracked: ({ health }) => health.socketsUntracked,
  datagrams_untracked: ({ health }) => health.datagramsUntracked,
  snapshot_errors: ({ health }) => health.snapshotErrors,
  drops_untracked: ({ health }) => health.dropsUntracked,
  dns_unread: ({ health }) => health.dnsUnread,
  dns_names_evicted: ({ health }) => health.dnsNamesEvicted,
  otlp_lost: ({ health }) => health.otlpLost ?? null,
  unattributed: (_, totals) => totals.unattributed,
  self_cpu_percent: (sample) => sample.selfCpuPercent,
  self_rss_bytes: (sample) => sample.selfRssBytes,
} as const satisfies Readonly<Record<string, Figure>>;

type Facts = Readonly<Record<string, number | null>>;

/** `totals` and `health` of a document, in its order. */
export function machineFacts(sample: Sample): { totals: Facts; health: Facts } {
  const totals = totalsOf(sample);
  const facts = (figures: Readonly<Record<string, Figure>>) =>
    Object.fromEntries(Object.entries(figures).map(([name, figure]) => [name, figure(sample, totals)]));
  return { totals: facts(TOTALS), health: facts(HEALTH) };
}

/** By totals.NAME and health.NAME. */
export const FIGURES: ReadonlyMap<string, Figure> = new Map<string, Figure>([
  ...Object.entries(TOTALS).map(([name, figure]): [string, Figure] => [`totals.${name}`, figure]),
  ...Object.entries(HEALTH).map(([name, figure]): [string, Figure] => [`health.${name}`, figure]),
]);

export function figureUnit(name: string): Unit {
  return name.endsWith("_bytes_per_s") ? "bytes/s" : name.endsWith("_bytes") ? "bytes" : "count";
}
