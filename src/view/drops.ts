/** What of a flow this machine's kernel threw away, and why, in words. */
import { Unknown } from "../flow/columns.ts";
import { type Drops, sumOf } from "../flow/drop_list.ts";
import { type Ended, endOf } from "../flow/end.ts";
import { droppedBytes, droppedPackets, isTcp } from "../flow/row.ts";
import type { Sample } from "../flow/sample.ts";

/** The kernel's reasons as people call them (include/net/dropreason-core.h). Others are told by their names. */
const WORDS: Readonly<Record<string, string>> = {
  netfilter_drop: "firewall",
  qdisc_drop: "the interface's queue was full",
  qdisc_overlimit: "the interface's queue was full",
  qdisc_congested: "the interface's queue was congested",
  cake_flood: "the interface's queue was full",
  fq_band_limit: "the interface's queue was full",
  fq_flow_limit: "the flow's part of the interface's queue was full",
  fq_horizon_limit: "to be sent too far in the future",
  cpu_backlog: "the CPU's queue was full",
  full_ring: "the device's queue was full",
  socket_rcvbuff: "the receive buffer was full",
  socket_backlog: "the socket's backlog was full",
  proto_mem: "the memory for sockets was used up",
  nomem: "no memory",
  socket_filter: "a filter of the socket's own",
  no_socket: "nobody listens there",
  tcp_listen_overflow: "the accept queue was full",
  neigh_failed: "no neighbour answers",
  neigh_queuefull: "no neighbour has answered yet",
  neigh_createfail: "no room for the neighbour",
  neigh_dead: "the neighbour is gone",
  ip_outnoroutes: "no route",
  ip_innoroutes: "no route for what came in",
  ip_rpfilter: "reverse-path filter",
  ip_csum: "bad checksum",
  tcp_csum: "bad checksum",
  udp_csum: "bad checksum",
  skb_csum: "bad checksum",
  tcp_overwindow: "outside of the window",
  tcp_zerowindow: "the window was closed",
  tcp_invalid_sequence: "outside of the window",
  tcp_invalid_end_sequence: "outside of the window",
  tcp_ofo_queue_prune: "the receive buffer was full",
  tcp_ofo_drop: "the receive buffer was full",
  bpf_cgroup_egress: "an eBPF program of the cgroup",
  tc_egress: "a filter of tc",
  tc_ingress: "a filter of tc",
  xdp: "an XDP program",
  xfrm_policy: "IPsec policy",
  security_hook: "a security module",
  dev_ready: "the interface was down",
  pkt_too_big: "larger than the path takes",
};

export function reasonText(reason: string | null): string {
  if (reason === null) return "the reason is not known";
  return Object.hasOwn(WORDS, reason) ? `${WORDS[reason]} (${reason.toUpperCase()})` : reason.toUpperCase();
}

/** Whether a user who types `wanted` means the reason: how its name or the words for it begin, or a word of these. */
export function isReason(reason: string | null, wanted: string): boolean {
  if (reason === null) return false;
  const words = Object.hasOwn(WORDS, reason) ? WORDS[reason] : "";
  return reason.startsWith(wanted) || ` ${words}`.includes(` ${wanted.replaceAll("_", " ")}`);
}

/** What of UDP the source has no counts of, it has no drops of either. */
function isKnown({ dropsKnown, flows }: Sample, row: number): boolean {
  return dropsKnown === true && (isTcp(flows, row) || (flows.unknown[row] & Unknown.bytes) === 0);
}

const NONE: Drops = [];

/** null: not known. Where the kernel gives no reasons, what a UDP socket's queue refused. */
export function dropsOf(sample: Sample, row: number): Drops | null {
  const f = sample.flows;
  if (isKnown(sample, row)) return f.drops[row] === 0 ? NONE : sample.drops?.get(f.drops[row]) ?? NONE;
  const packets = droppedPackets(f, row);
  if (packets === null) return null;
  return packets === 0 ? NONE : [{ reason: null, direction: "in", packets, bytes: droppedBytes(f, row) }];
}

/** null: not known. */
export function droppedCount(sample: Sample, row: number): number | null {
  return isKnown(sample, row) ? sample.flows.dropPackets[row] : droppedPackets(sample.flows, row);
}

/** Ways to end that a packet which never left explains. */
const EXPLAINED: ReadonlySet<Ended["how"]> = new Set(["timeout", "keepalive", "refused", "unreachable", "given_up"]);

/** As endOf(), with the reason why this machine let nothing out, where it did not. */
export function endedOf(sample: Sample, row: number): Ended | null {
  const end = endOf(sample.flows, row);
  if (end === null || !EXPLAINED.has(end.how) || sample.flows.drops[row] === 0) return end;
  const [most] = sumOf([(dropsOf(sample, row) ?? NONE).filter(({ direction }) => direction === "out")]);
  if (most === undefined || most.reason === "no_socket") return end;
  const what = sample.flows.established[row] ? "packets" : "SYN";
  const dropped = `this machine dropped its ${what}: ${reasonText(most.reason)}`;
  return { ...end, reason: end.how === "given_up" ? `${end.reason}; ${dropped}` : dropped };
}
