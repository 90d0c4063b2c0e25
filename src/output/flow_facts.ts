/** A flow as the JSON document has it. */
import {
  type AcceptQueue,
  acceptQueue,
  cwnd,
  droppedBytes,
  droppedPackets,
  flowId,
  hasPeer,
  held,
  isListener,
  isShared,
  isTcp,
  limitedBy,
  minRttUs,
  retransmits,
  rttUs,
  rttVarUs,
  rxBytes,
  rxDelta,
  rxPackets,
  txBytes,
  txDelta,
  txPackets,
} from "../flow/row.ts";
import type { Drop } from "../flow/drop_list.ts";
import type { Ended } from "../flow/end.ts";
import { dropsOf, endedOf } from "../view/drops.ts";
import { hostState, intervalOf } from "../flow/host.ts";
import { peerRow } from "../flow/peer.ts";
import { Via } from "../flow/peers.ts";
import { connectUs, deliveryRate, idleMs, lost, pacingRate, pathFigure, rtoCount, ssthresh } from "../flow/path.ts";
import type { Sample } from "../flow/sample.ts";
import {
  ageMs,
  cgroupPath,
  commandLine,
  congestionControl,
  type Container,
  container,
  directionName,
  executable,
  localAddress,
  type NameFrom,
  parentName,
  parentPid,
  perSecond,
  pidOf,
  processName,
  realEndpoint,
  remoteAddress,
  remoteName,
  remoteNameFrom,
  stateName,
  uidOf,
  userName,
} from "../view/flow.ts";

export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** The other end of a connection that this machine has both ends of. */
export interface Peer {
  /** Of its flow, in the same document. */
  readonly id: string;
  readonly pid: number | null;
  readonly process: string | null;
  readonly container: Container | null;
  readonly netns: number | null;
  /** By their addresses, or by what the kernel tells of their translation. */
  readonly via: "direct" | "nat";
  /** Which of --hosts has it; null: there is but one. */
  readonly host: string | null;
}

export interface FlowFacts {
  readonly id: string;
  readonly protocol: "tcp" | "udp";
  readonly family: 4 | 6;
  readonly state: string;
  readonly direction: "outbound" | "inbound" | null;
  readonly local: Endpoint;
  /** `real`: behind a translation of addresses. */
  readonly remote:
    | (Endpoint & { readonly name: string | null; readonly name_from: NameFrom | null; readonly real: Endpoint | null })
    | null;
  readonly pid: number | null;
  readonly process: string | null;
  readonly uid: number | null;
  readonly user: string | null;
  readonly netns: number | null;
  readonly cgroup: string | null;
  readonly container: Container | null;
  readonly rx_bytes: number | null;
  readonly tx_bytes: number | null;
  readonly rx_bytes_delta: number | null;
  readonly tx_bytes_delta: number | null;
  readonly rx_bytes_per_s: number | null;
  readonly tx_bytes_per_s: number | null;
  readonly rx_packets: number | null;
  readonly tx_packets: number | null;
  /** Datagrams that came in and never reached the process. */
  readonly rx_dropped_packets: number | null;
  readonly rx_dropped_bytes: number | null;
  readonly rtt_us: number | null;
  readonly rtt_var_us: number | null;
  readonly cwnd: number | null;
  readonly retransmits: number | null;
  readonly age_ms: number | null;
  readonly closed: boolean;
  readonly loopback: boolean;
  /** File name of the process's executable. */
  readonly exe: string | null;
  /** Only where command lines are asked for: its command line, and its parent's pid and name. */
  readonly command?: string | null;
  readonly parent?: number | null;
  readonly parent_name?: string | null;
  /** Processes other than the owner hold the socket too. */
  readonly shared: boolean | null;
  /** false: not yet, or it never was; null: no connection (UDP, a listener). */
  readonly established: boolean | null;
  /** Both ends are this machine's: it never leaves it. */
  readonly inside: boolean;
  /** What it waited for in this sample: docs/why.md. */
  readonly limited_by: ReturnType<typeof limitedBy>;
  /** Of this sample: something was written and not acknowledged; of that, the peer's window, or the send buffer, had no room. */
  readonly busy_ms: number | null;
  readonly peer_window_ms: number | null;
  readonly send_buffer_ms: number | null;
  /** Written and not acknowledged; of that, not sent; come in and not read. */
  readonly send_queue_bytes: number | null;
  readonly unsent_bytes: number | null;
  readonly receive_queue_bytes: number | null;
  readonly min_rtt_us: number | null;
  /** What this machine's kernel threw away of it, by reason and direction; null: not known. */
  readonly dropped: readonly Drop[] | null;
  /** Why and by whom it ended; null: it has not, or the source does not say. */
  readonly end: Ended | null;
  /** Of a listener. */
  readonly accept_queue: AcceptQueue | null;
  /** null: on another machine, not known, or gone. */
  readonly peer: Peer | null;
  /** How long the handshake took. */
  readonly connect_us: number | null;
  /** Since data was last sent or came in. */
  readonly idle_ms: number | null;
  readonly congestion_control: string | null;
  /** Payload of a segment at most. */
  readonly mss: number | null;
  /** Segments; null: slow start has not ended yet, too. */
  readonly ssthresh: number | null;
  readonly delivery_bytes_per_s: number | null;
  /** null: not paced, too. */
  readonly pacing_bytes_per_s: number | null;
  /** Segments that were taken for lost, time-outs of retransmission, segments with a congestion mark, times that segments arrived in another
   * order, segments that arrived twice. */
  readonly lost: number | null;
  readonly rto_count: number | null;
  readonly ecn_marks: number | null;
  readonly reord_seen: number | null;
  readonly dsack_dups: number | null;
  /** Which of --hosts has it; null: there is but one. */
  readonly host: string | null;
}

const ms = (us: number | null) => us === null ? null : us / 1000;

export function flowFacts(sample: Sample, row: number): FlowFacts {
  const f = sample.flows, uid = uidOf(f, row);
  const tcp = isTcp(f, row);
  const rx = rxDelta(f, row), tx = txDelta(f, row);
  const facts: FlowFacts = {
    id: flowId(f, row),
    protocol: tcp ? "tcp" : "udp",
    family: f.family[row] === 4 ? 4 : 6,
    state: stateName(f, row),
    direction: directionName(f, row),
    local: { address: localAddress(sample, row), port: f.localPort[row] },
    remote: remoteFacts(sample, row),
    pid: pidOf(f, row),
    process: processName(sample, row),
    uid,
    user: userName(sample, row),
    netns: f.netns[row] || null,
    cgroup: cgroupPath(sample, row),
    container: container(sample, row),
    rx_bytes: rxBytes(f, row),
    tx_bytes: txBytes(f, row),
    rx_bytes_delta: rx,
    tx_bytes_delta: tx,
    rx_bytes_per_s: rx === null ? null : perSecond(rx, intervalOf(sample, row)),
    tx_bytes_per_s: tx === null ? null : perSecond(tx, intervalOf(sample, row)),
    rx_packets: rxPackets(f, row),
    tx_packets: txPackets(f, row),
    rtt_us: rttUs(f, row),
    rtt_var_us: rttVarUs(f, row),
    cwnd: cwnd(f, row),
    retransmits: retransmits(f, row),
    age_ms: ageMs(sample, row),
    closed: f.closed[row] === 1,
    loopback: f.loopback[row] === 1,
    exe: executable(sample, row),
    shared: isShared(f, row),
    established: !tcp || isListener(f, row) ? null : f.established[row] === 1,
    inside: f.inside[row] === 1,
    rx_dropped_packets: droppedPackets(f, row),
    rx_dropped_bytes: droppedBytes(f, row),
    limited_by: limitedBy(f, row),
    busy_ms: ms(held(f, row, "busyUs")),
    peer_window_ms: ms(held(f, row, "peerWindowUs")),
    send_buffer_ms: ms(held(f, row, "sendBufferUs")),
    send_queue_bytes: held(f, row, "sendQueue"),
    unsent_bytes: held(f, row, "unsent"),
    receive_queue_bytes: held(f, row, "receiveQueue"),
    min_rtt_us: minRttUs(f, row),
    dropped: dropsOf(sample, row),
    end: endedOf(sample, row),
    accept_queue: acceptQueue(f, row),
    peer: peerFacts(sample, row),
    connect_us: connectUs(f, row),
    idle_ms: idleMs(f, row, sample.timeNs),
    congestion_control: congestionControl(f, row),
    mss: pathFigure(f, row, "mss"),
    ssthresh: ssthresh(f, row),
    delivery_bytes_per_s: deliveryRate(f, row),
    pacing_bytes_per_s: pacingRate(f, row),
    lost: lost(f, row),
    rto_count: rtoCount(f, row),
    ecn_marks: pathFigure(f, row, "ecnMarks"),
    reord_seen: pathFigure(f, row, "reordSeen"),
    dsack_dups: pathFigure(f, row, "dsackDups"),
    host: hostState(sample, row)?.name ?? null,
  };
  if (sample.commands === undefined) return facts;
  return {
    ...facts,
    command: commandLine(sample, row),
    parent: parentPid(sample, row),
    parent_name: parentName(sample, row),
  };
}

/** null: it has no other end. */
export function remoteFacts(sample: Sample, row: number): FlowFacts["remote"] {
  const f = sample.flows;
  if (!hasPeer(f, row)) return null;
  return {
    address: remoteAddress(sample, row),
    port: f.remotePort[row],
    name: remoteName(sample, row),
    name_from: remoteNameFrom(sample, row),
    real: realEndpoint(f, row),
  };
}

function peerFacts(sample: Sample, row: number): Peer | null {
  const { flows: f } = sample, peer = peerRow(sample, row);
  if (peer < 0) return null;
  return {
    id: flowId(f, peer),
    pid: pidOf(f, peer),
    process: processName(sample, peer),
    container: container(sample, peer),
    netns: f.netns[peer] || null,
    via: f.via[row] === Via.nat ? "nat" : "direct",
    host: hostState(sample, peer)?.name ?? null,
  };
}
