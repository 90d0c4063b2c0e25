/** A group as the JSON document has it. */
import { droppedBytes, droppedPackets, hasPeer, isTcp, rxDelta, txDelta } from "../flow/row.ts";
import type { Sample } from "../flow/sample.ts";
import { type Drop, sumOf } from "../flow/drop_list.ts";
import { hostState } from "../flow/host.ts";
import { dropsOf } from "../view/drops.ts";
import { columnById, type NumberColumn } from "../view/column.ts";
import { type EndKind, farEnd } from "../view/far_end.ts";
import * as flow from "../view/flow.ts";
import { endedCount, type Group, groupTotal } from "../view/group.ts";
import { failedCount, type LimitCounts, limitCounts, resetCount } from "../view/group_reasons.ts";
import { type Grouping, groupKey, servicePort } from "../view/group_key.ts";

/** What the rows of a group share; which fields there are depends on the grouping. */
/** Who is at the other end. */
export interface PeerFacts {
  readonly kind: EndKind;
  /** The process, name, network or endpoint. */
  readonly key: string;
  readonly container: flow.Container | null;
  readonly direction: "outbound" | "inbound" | null;
}

export interface GroupIdentity {
  /** null: not known; by remote: no peer; by container: in none. */
  readonly key: string | null;
  readonly process?: string | null;
  /** `address`: null where several have the same name. */
  readonly remote?: { readonly address: string | null; readonly name: string | null } | null;
  readonly port?: number;
  readonly protocol?: "tcp" | "udp";
  readonly container?: flow.Container | null;
  readonly cgroup?: string | null;
  readonly host?: string | null;
  readonly peer?: PeerFacts | null;
}

type Value = NumberColumn["value"];

const ofColumn = (id: string): Value => (columnById(id) as NumberColumn).value;

/** Every figure is the sum over those flows of which it is known; null: of none. */
const FIGURES = {
  rx_bytes: ofColumn("rx"),
  tx_bytes: ofColumn("tx"),
  rx_bytes_delta: ({ flows }, row) => rxDelta(flows, row),
  tx_bytes_delta: ({ flows }, row) => txDelta(flows, row),
  rx_bytes_per_s: ofColumn("rx/s"),
  tx_bytes_per_s: ofColumn("tx/s"),
  rx_packets: ofColumn("rxpackets"),
  tx_packets: ofColumn("txpackets"),
  retransmits: ofColumn("retrans"),
  rx_dropped_packets: ({ flows }, row) => droppedPackets(flows, row),
  rx_dropped_bytes: ({ flows }, row) => droppedBytes(flows, row),
} as const satisfies Readonly<Record<string, Value>>;

type Figures = { readonly [F in keyof typeof FIGURES]: number | null };

export interface GroupFacts extends GroupIdentity, Figures {
  readonly flows: number;
  readonly tcp: number;
  readonly udp: number;
  /** How many flows ended before the sample and are in the sums too; null: none are. */
  readonly ended: number | null;
  /** How many of the flows ended within the sample. */
  readonly closed: number;
  /** Of those, connections that never were established. */
  readonly failed: number;
  /** Of those, connections that were established and were reset, by whichever end; null: how they ended is not known. */
  readonly reset: number | null;
  /** How many of the flows waited for what in this sample: docs/why.md. */
  readonly limited_by: LimitCounts | null;
  /** What this machine's kernel threw away of the flows, by reason and direction; null: of none it is known. */
  readonly dropped: readonly Drop[] | null;
}

export function groupFacts(sample: Sample, group: Group, by: Grouping): GroupFacts {
  const { key, rows, ended } = group,
    { flows: f } = sample,
    count = (is: (row: number) => boolean) => rows.filter(is).length;
  const tcp = count((row) => isTcp(f, row));
  const figures: Record<string, number | null> = {};
  for (const [name, value] of Object.entries(FIGURES)) figures[name] = tenths(groupTotal(sample, group, value));
  return {
    key,
    ...rows.length > 0 ? identity(sample, rows, by) : identity(ended!.ended.sample, ended!.rows, by),
    flows: rows.length,
    tcp,
    udp: rows.length - tcp,
    closed: count((row) => f.closed[row] === 1),
    ...figures as Figures,
    failed: failedCount(f, rows),
    reset: resetCount(f, rows),
    limited_by: limitCounts(f, rows),
    dropped: droppedOf(sample, rows),
    ended: endedCount(group),
  };
}

/** null: of none of the rows it is known. */
function droppedOf(sample: Sample, rows: readonly number[]): Drop[] | null {
  const lists = rows.map((row) => dropsOf(sample, row)).filter((drops) => drops !== null);
  return lists.length === 0 && rows.length > 0 ? null : sumOf(lists);
}

/** Of the group that the row is in. */
export function groupIdentity(sample: Sample, row: number, by: Grouping): GroupIdentity {
  return { key: groupKey(sample, row, by), ...identity(sample, [row], by) };
}

/** The fields beside the key, which differ from grouping to grouping. */
function identity(sample: Sample, rows: readonly number[], by: Grouping): Omit<GroupIdentity, "key"> {
  const [row] = rows, { flows: f } = sample;
  switch (by) {
    case "process":
      return { process: flow.processName(sample, row) };
    case "remote":
      return {
        remote: hasPeer(f, row) ? { address: address(sample, rows), name: flow.remoteName(sample, row) } : null,
      };
    case "port":
      return { port: servicePort(f, row), protocol: isTcp(f, row) ? "tcp" : "udp" };
    case "container":
      return { container: flow.container(sample, row) };
    case "peer":
      return { process: flow.processName(sample, row), peer: hasPeer(f, row) ? peerFacts(sample, row) : null };
    case "host":
      return { host: hostState(sample, row)?.name ?? null };
    case "cgroup":
      return { cgroup: flow.cgroupPath(sample, row) };
  }
}

function address(sample: Sample, rows: readonly number[]): string | null {
  const first = flow.remoteAddress(sample, rows[0]);
  return rows.every((row) => flow.remoteAddress(sample, row) === first) ? first : null;
}

/** A sum of rates, which have one decimal, has one too; integers stay what they are. */
function tenths(sum: number | null): number | null {
  return sum === null || Number.isInteger(sum) ? sum : Math.round(sum * 10) / 10;
}

function peerFacts(sample: Sample, row: number): PeerFacts {
  const { kind, text: key, container } = farEnd(sample, row, "process");
  return { kind, key, container, direction: flow.directionName(sample.flows, row) };
}
