/** What makes flows one group, and what a user reads for it. */
import type { Sample } from "../flow/sample.ts";
import { AlikeRows } from "./alike.ts";
import { endText, farEnd, nearEnd } from "./far_end.ts";
import * as flow from "./flow.ts";
import { hostState } from "../flow/host.ts";
import { peersOf } from "../flow/peer.ts";
import { hasPeer, isTcp } from "../flow/row.ts";
import { harmless } from "../harmless.ts";

export const GROUPINGS = ["process", "remote", "port", "container", "cgroup", "peer", "host"] as const;
export type Grouping = typeof GROUPINGS[number];

interface Naming {
  readonly id: (sample: Sample, row: number) => string | null;
  /** As the user reads it, of a row that has an id. */
  readonly key: (sample: Sample, row: number) => string;
  /** Of the rows without an id. */
  readonly none: string;
}

/** What makes the row one group with others; null: not known, or there is none. It stays when a container's name becomes known. */
export function groupId(sample: Sample, row: number, by: Grouping): string | null {
  return NAMING[by].id(sample, row);
}

/** groupId() for many rows of a sample: what takes long to put together, and is the same for many, is put together once. */
export function groupIds(sample: Sample, by: Grouping): (row: number) => string | null {
  const { flows: f } = sample, make = (row: number) => groupId(sample, row, by);
  if (by === "port") return kept((row) => servicePort(f, row) * 2 + (isTcp(f, row) ? 1 : 0), make);
  if (by !== "peer") return make;
  const owner = ownersOf(sample), peers = peersOf(sample);
  const both = (row: number) => {
    const peer = hasPeer(f, row) ? peers.peerRow(row) : -1;
    const inbound = flow.directionName(f, row) === "inbound" ? 1 : 0;
    return peer < 0 ? -1 : (owner(row) * MOST_OWNERS + owner(peer)) * 2 + inbound;
  };
  return kept(both, make);
}

/** More than there are rows. */
const MOST_OWNERS = 2 ** 24;
/** All that tells owners apart, as far as groups do. */
const OF_OWNER = ["how", "wholeName", "cgroup", "host"] as const;

/** Numbers of the rows' owners. */
function ownersOf({ flows, processes }: Sample): (row: number) => number {
  const alike = new AlikeRows(flows, OF_OWNER, ["comm"]);
  let count = 0;
  const next = () => count++;
  return (row) => alike.of(row, processes.size > 0 ? flows.tgid[row] : 0, next, null);
}

/** make(), once for each number; for each row where that is below 0. */
function kept(number: (row: number) => number, make: (row: number) => string | null): (row: number) => string | null {
  const known = new Map<number, string | null>();
  return (row) => {
    const of = number(row), before = of < 0 ? undefined : known.get(of);
    if (before !== undefined) return before;
    const made = make(row);
    if (of >= 0) known.set(of, made);
    return made;
  };
}

/** The same as the user reads it. */
export function groupKey(sample: Sample, row: number, by: Grouping): string | null {
  return NAMING[by].id(sample, row) === null ? null : NAMING[by].key(sample, row);
}

export function keyLabel(key: string | null, by: Grouping): string {
  return key ?? NAMING[by].none;
}

const processId: Naming["id"] = (sample, row) => flow.processName(sample, row);
const remoteId: Naming["id"] = (sample, row) => {
  if (!hasPeer(sample.flows, row)) return null;
  return flow.remoteName(sample, row) ?? flow.remoteAddress(sample, row);
};
const portId = ({ flows: f }: Sample, row: number) => `${servicePort(f, row)}/${isTcp(f, row) ? "tcp" : "udp"}`;

const NAMING: Readonly<Record<Grouping, Naming>> = {
  process: { id: processId, key: (sample, row) => harmless(processId(sample, row)!), none: "(not known)" },
  remote: { id: remoteId, key: (sample, row) => harmless(remoteId(sample, row)!), none: "(no peer)" },
  port: { id: portId, key: portId, none: "-" },
  container: {
    id: (sample, row) => {
      const container = flow.container(sample, row);
      return container && `${container.runtime} ${container.id}`;
    },
    key: (sample, row) => {
      const { name, id } = flow.container(sample, row)!;
      return harmless(name ?? id);
    },
    none: "(none)",
  },
  peer: {
    id: (sample, row) => {
      if (!hasPeer(sample.flows, row)) return null;
      return `${nearEnd(sample, row, "process").id}\0${arrow(sample, row)}\0${farEnd(sample, row, "process").id}`;
    },
    key: (sample, row) => {
      const [near, far] = [nearEnd(sample, row, "process"), farEnd(sample, row, "process")];
      return harmless(`${endText(near, sample.containers)} ${arrow(sample, row)} ${endText(far, sample.containers)}`);
    },
    none: "(no peer)",
  },
  host: {
    id: (sample, row) => hostState(sample, row)?.name ?? null,
    key: (sample, row) => harmless(hostState(sample, row)!.name),
    none: "(not known)",
  },
  cgroup: {
    id: (sample, row) => flow.cgroupPath(sample, row),
    key: (sample, row) => harmless(flow.cgroupPath(sample, row)!),
    none: "(not known)",
  },
};

/** From who connected. */
function arrow({ flows }: Sample, row: number): string {
  return flow.directionName(flows, row) === "inbound" ? "←" : "→";
}

/** The port that names the service: the one that was connected to; where that is not known, the lower one. */
export function servicePort(f: Sample["flows"], row: number): number {
  const local = f.localPort[row], remote = f.remotePort[row], direction = flow.directionName(f, row);
  if (direction === "inbound" || remote === 0) return local;
  return direction === "outbound" ? remote : Math.min(local, remote);
}
