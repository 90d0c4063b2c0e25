/** Who is at an end of a flow: a process or container of this machine or, outside, a name or a network. */
import { harmlessName } from "../harmless.ts";
import { peerRow } from "../flow/peer.ts";
import { type HostState, hostState } from "../flow/host.ts";
import type { Sample } from "../flow/sample.ts";
import { addressText } from "./address.ts";
import * as flow from "./flow.ts";
import { InternedTexts } from "./intern.ts";

export type EndKind = "process" | "container" | "machine" | "inside" | "name" | "network";

/** What ends are told apart by: containers and, outside of them, processes; processes alone; containers alone. */
export type EndsBy = "both" | "process" | "container";

export interface End {
  /** The same for all flows of that end. */
  readonly id: string;
  readonly kind: EndKind;
  /** As it is, not yet made harmless: a process, a name, an address or a network. */
  readonly text: string;
  readonly container: flow.Container | null;
  /** Outside. */
  readonly address: string | null;
  readonly from: flow.NameFrom | null;
}

/** IPv4 /24 and IPv6 /64: what is one network nearly everywhere. */
const V4_BYTES = 3, V6_BYTES = 8;
const NOBODY = "(not known)";

/** The row's own end. */
export function nearEnd(sample: Sample, row: number, by: EndsBy): End {
  const container = flow.container(sample, row), rest = { container, address: null, from: null };
  const host = hostState(sample, row), at = host === null ? "" : `${host.name}\0`;
  const process = flow.processName(sample, row) ?? NOBODY,
    of = container === null ? "" : `${container.runtime} ${container.id}`;
  if (by === "process" || by === "both" && container === null) {
    return { ...rest, id: `${at}process\0${of}\0${process}`, kind: "process", text: onHost(process, host) };
  }
  if (container !== null) {
    return { ...rest, id: `${at}container\0${of}`, kind: "container", text: onHost(container.id.slice(0, 12), host) };
  }
  return { ...rest, id: `${at}machine`, kind: "machine", text: host?.name ?? sample.host.hostname };
}

/** With the host that it is on, where there are several. */
function onHost(text: string, host: HostState | null): string {
  return host === null ? text : `${text}@${host.name}`;
}

/** The other end. */
export function farEnd(sample: Sample, row: number, by: EndsBy): End {
  const peer = peerRow(sample, row);
  if (peer >= 0) return nearEnd(sample, peer, by);
  return sample.flows.inside[row] === 1 ? insideEnd(sample, row) : outsideEnd(sample, row);
}

/** On this machine, but whose is not known: its end went unseen, or an address is translated that could not be followed. */
function insideEnd(sample: Sample, row: number): End {
  const { flows: f } = sample,
    isServer = flow.directionName(f, row) === "outbound",
    address = flow.remoteAddress(sample, row);
  const text = onHost(isServer ? flow.remoteEndpoint(sample, row) : address, hostState(sample, row));
  return { id: `inside\0${text}`, kind: "inside", text, container: null, address, from: null };
}

function outsideEnd(sample: Sample, row: number): End {
  const name = flow.remoteName(sample, row), from = flow.remoteNameFrom(sample, row);
  const address = flow.remoteAddress(sample, row);
  if (name !== null) return { id: `name\0${name}`, kind: "name", text: name, container: null, address, from };
  const text = networkOf(sample, row);
  return { id: `network\0${text}`, kind: "network", text, container: null, address, from: null };
}

const KEPT_NETWORKS = 1 << 14;
const networks = new InternedTexts(KEPT_NETWORKS);
/** The network's address, to look it up by. */
const prefix = new Uint8Array(16);

/** The network of the remote address. */
export function networkOf({ flows: f }: Sample, row: number): string {
  const family = f.family[row], kept = family === 4 ? V4_BYTES : V6_BYTES;
  for (let i = 0; i < kept; i++) prefix[i] = f.remoteAddress[row * 16 + i];
  prefix.fill(0, kept);
  return networks.text(prefix, 0, family, () => `${addressText(family, prefix, 0)}/${kept * 8}`);
}

/** As one reads it, of processes with their container: redis-server (database). The container's name is not made harmless. */
export function endText({ kind, text: raw, container, from }: End, containers: Sample["containers"]): string {
  const text = harmlessName(raw);
  if (kind === "process" && container !== null) {
    return `${text} (${containers.get(container.id) ?? container.name ?? container.id.slice(0, 12)})`;
  }
  return from === "reverse" ? `~${text}` : text;
}

/** Whether this row tells of the flow, or that of its other end does. A connection is told by its client. */
export function tellsFlow(sample: Sample, row: number, peer: number): boolean {
  if (peer < 0 || peer === row) return true;
  const own = flow.directionName(sample.flows, row), other = flow.directionName(sample.flows, peer);
  if (own === other) return row < peer;
  return own === "outbound" || other === "inbound";
}
