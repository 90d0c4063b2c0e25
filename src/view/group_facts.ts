/** A group as facts: the shape of the JSON document's groups. */
import { Unknown } from "../flow/columns.ts";
import type { Sample } from "../flow/sample.ts";
import { columnById, type NumberColumn } from "./column.ts";
import * as flow from "./flow.ts";
import { type Group, total } from "./group.ts";
import { type Grouping, servicePort } from "./group_key.ts";

/** What the rows of a group share; which fields there are depends on the grouping. */
export interface GroupIdentity {
  /** null: not known; by remote: no peer; by container: in none. */
  readonly key: string | null;
  readonly process?: string | null;
  /** `address`: null where several have the same name. */
  readonly remote?: { readonly address: string | null; readonly name: string | null } | null;
  readonly port?: number;
  readonly protocol?: "tcp" | "udp";
  readonly container?: flow.Container | null;
}

type Value = NumberColumn["value"];

const ofColumn = (id: string): Value => (columnById(id) as NumberColumn).value;
const delta = (field: "rxDelta" | "txDelta"): Value => ({ flows: f }, row) =>
  flow.known(f, row, Unknown.bytes, f[field][row]);

/** Every figure is the sum over those flows of which it is known; null: of none. */
export const GROUP_FIGURES = {
  rx_bytes: ofColumn("rx"),
  tx_bytes: ofColumn("tx"),
  rx_bytes_delta: delta("rxDelta"),
  tx_bytes_delta: delta("txDelta"),
  rx_bytes_per_s: ofColumn("rx/s"),
  tx_bytes_per_s: ofColumn("tx/s"),
  rx_packets: ofColumn("rxpackets"),
  tx_packets: ofColumn("txpackets"),
  retransmits: ofColumn("retrans"),
  rx_dropped_packets: ofColumn("dropped"),
  rx_dropped_bytes: ({ flows: f }, row) =>
    flow.isTcp(f, row) ? null : flow.known(f, row, Unknown.droppedBytes, f.rxDroppedBytes[row]),
} as const satisfies Readonly<Record<string, Value>>;

type Figures = { readonly [F in keyof typeof GROUP_FIGURES]: number | null };

export interface GroupFacts extends GroupIdentity, Figures {
  readonly flows: number;
  readonly tcp: number;
  readonly udp: number;
  /** How many of the flows ended within the sample. */
  readonly closed: number;
}

export function groupFacts(sample: Sample, { key, rows }: Group, by: Grouping): GroupFacts {
  const { flows: f } = sample, count = (is: (row: number) => boolean) => rows.filter(is).length;
  const tcp = count((row) => flow.isTcp(f, row));
  const figures: Record<string, number | null> = {};
  for (const [name, value] of Object.entries(GROUP_FIGURES)) figures[name] = tenths(total(sample, rows, value));
  return {
    key,
    ...identity(sample, rows, by),
    flows: rows.length,
    tcp,
    udp: rows.length - tcp,
    closed: count((row) => f.closed[row] === 1),
    ...figures as Figures,
  };
}

/** The fields beside the key. */
export function identity(sample: Sample, rows: readonly number[], by: Grouping): Omit<GroupIdentity, "key"> {
  const [row] = rows, { flows: f } = sample;
  switch (by) {
    case "process":
      return { process: flow.processName(sample, row) };
    case "remote":
      return {
        remote: flow.hasPeer(f, row) ? { address: address(f, rows), name: flow.remoteName(sample, row) } : null,
      };
    case "port":
      return { port: servicePort(f, row), protocol: flow.isTcp(f, row) ? "tcp" : "udp" };
    case "container":
      return { container: flow.container(sample, row) };
  }
}

function address(f: Sample["flows"], rows: readonly number[]): string | null {
  const first = flow.remoteAddress(f, rows[0]);
  return rows.every((row) => flow.remoteAddress(f, row) === first) ? first : null;
}

/** A sum of rates, which have one decimal, has one too; integers stay what they are. */
function tenths(sum: number | null): number | null {
  return sum === null || Number.isInteger(sum) ? sum : Math.round(sum * 10) / 10;
}
