/** What makes flows one group, and what a user reads for it. */
import type { Sample } from "../flow/sample.ts";
import { AlikeRows } from "./alike.ts";
import { endText, farEnd, nearEnd, networkOf } from "./far_end.ts";
import * as flow from "./flow.ts";
import { hostState } from "../flow/host.ts";
import { peersOf } from "../flow/peer.ts";
import { hasPeer, isTcp } from "../flow/row.ts";
import { harmless, harmlessName } from "../harmless.ts";

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

/** What two rows of a sample share if groupId() is the same for both, and only then: an id or a number, whichever is found sooner. */
export function groupOf(sample: Sample, by: Grouping): (row: number) => string | number | null {
  const { flows: f } = sample;
  if (by === "port") return (row) => servicePort(f, row) * 2 + (isTcp(f, row) ? 1 : 0);
  if (by !== "peer") return (row) => groupId(sample, row, by);
  const owner = ownersOf(sample), outside = farEndsOf(sample), peers = peersOf(sample);
  return (row) => {
    if (!hasPeer(f, row)) return null;
    const peer = peers.peerRow(row), far = peer < 0 ? outside(row) * 2 : owner(peer) * 2 + 1;
    return (owner(row) * MOST_ENDS + far) * 2 + (flow.directionName(f, row) === "inbound" ? 1 : 0);
  };
}

/** More than twice as many as there are rows; its square, doubled, is a number that can be told from its neighbours. */
const MOST_ENDS = 2 ** 25;
/** All that tells owners apart, as far as groups do. */
const OF_OWNER = ["how", "wholeName", "cgroup", "host"] as const;
/** All that tells ends inside apart which have no row of their own, but for the port. */
const OF_INSIDE = ["family", "direction", "host", "scope", "netns"] as const;

/** Numbers of the rows' owners. */
function ownersOf(sample: Sample): (row: number) => number {
  const { flows, processes } = sample,
    alike = new AlikeRows(flows, OF_OWNER, ["comm"]),
    numbers = new Map<string, number>();
  const find = (of: Sample, row: number) => numberOf(numbers, nearEnd(of, row, "process").id);
  return (row) => alike.of(row, processes.size > 0 ? flows.tgid[row] : 0, find, sample);
}

/** Numbers of the far ends of rows whose other end is no row. Outside most have an address of their own, and to look for rows that are alike would be in vain. */
function farEndsOf(sample: Sample): (row: number) => number {
  const { flows: f } = sample, alike = new AlikeRows(f, OF_INSIDE, ["remoteAddress"]);
  const ids = new Map<string, number>(), names = new Map<string, number>(), networks = new Map<string, number>();
  const next = () => ids.size + names.size + networks.size;
  const find = (of: Sample, row: number) => numberOf(ids, farEnd(of, row, "process").id, next());
  return (row) => {
    if (f.inside[row] === 1) return alike.of(row, f.remotePort[row], find, sample);
    const name = flow.remoteName(sample, row);
    return name === null ? numberOf(networks, networkOf(sample, row), next()) : numberOf(names, name, next());
  };
}

function numberOf(numbers: Map<string, number>, id: string, next = numbers.size): number {
  const known = numbers.get(id);
  if (known !== undefined) return known;
  numbers.set(id, next);
  return next;
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
  process: { id: processId, key: (sample, row) => harmlessName(processId(sample, row)!), none: "(not known)" },
  remote: { id: remoteId, key: (sample, row) => harmlessName(remoteId(sample, row)!), none: "(no peer)" },
  port: { id: portId, key: portId, none: "-" },
  container: {
    id: (sample, row) => {
      const container = flow.container(sample, row);
      return container && `${container.runtime} ${container.id}`;
    },
    key: (sample, row) => {
      const { name, id } = flow.container(sample, row)!;
      return harmlessName(name ?? id);
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
