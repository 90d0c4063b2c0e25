/** A flow as JSON, in bytes. */
import { hostState, intervalOf } from "../flow/host.ts";
import { connectUs, deliveryRate, idleMs, lost, pacingRate, pathFigure, rtoCount, ssthresh } from "../flow/path.ts";
import { peerRow } from "../flow/peer.ts";
import { Via } from "../flow/peers.ts";
import * as flow from "../flow/row.ts";
import type { Sample } from "../flow/sample.ts";
import { dropsOf } from "../view/drops.ts";
import * as view from "../view/flow.ts";
import { bytesOf, type ByteText } from "./byte_text.ts";
import { containerJson, droppedJson } from "./json_parts.ts";
import { textOrNull as text, wholeOrNull as whole } from "./json_text.ts";
import { OwnerParts } from "./owner_parts.ts";
import { END_JSON, key, putId, putLocal, putMs, putRate, RemoteParts } from "./row_bytes.ts";

const REMOTE = new RemoteParts('},"remote":');
const ID = bytesOf('{"id":"'), CLOSING = bytesOf("}"), NONE = bytesOf("[]");
const RX_DELTA = key("rx_bytes_delta"), TX_DELTA = key("tx_bytes_delta"), RX_RATE = key("rx_bytes_per_s");
const TX_RATE = key("tx_bytes_per_s"), RX_PACKETS = key("rx_packets"), TX_PACKETS = key("tx_packets");
const TX_BYTES = key("tx_bytes"), RTT = key("rtt_us"), RTT_VAR = key("rtt_var_us"), CWND = key("cwnd");
const RETRANSMITS = key("retransmits"), AGE = key("age_ms"), CLOSED = key("closed"), LOOPBACK = key("loopback");
const EXE = key("exe"), SHARED = key("shared"), ESTABLISHED = key("established"), INSIDE = key("inside");
const RX_DROPPED = key("rx_dropped_packets"), RX_DROPPED_BYTES = key("rx_dropped_bytes"), LIMIT = key("limited_by");
const BUSY = key("busy_ms"), PEER_WINDOW = key("peer_window_ms"), SEND_BUFFER = key("send_buffer_ms");
const SEND_QUEUE = key("send_queue_bytes"), UNSENT = key("unsent_bytes"), RECEIVE_QUEUE = key("receive_queue_bytes");
const MIN_RTT = key("min_rtt_us"), DROPPED = key("dropped"), END = key("end"), ACCEPT_QUEUE = key("accept_queue");
const PEER = key("peer"), CONNECT = key("connect_us"), IDLE = key("idle_ms"), CONGESTION = key("congestion_control");
const MSS = key("mss"), SSTHRESH = key("ssthresh"), DELIVERY = key("delivery_bytes_per_s");
const PACING = key("pacing_bytes_per_s"), LOST = key("lost"), RTO = key("rto_count"), ECN = key("ecn_marks");
const REORD = key("reord_seen"), DSACK = key("dsack_dups"), HOST = key("host"), COMMAND = key("command");
const PARENT = key("parent"), PARENT_NAME = key("parent_name");
const DIRECT = bytesOf('direct","host":'), NAT = bytesOf('nat","host":');

/** What several flows of one process have: what stands before the counts, as the other end of a connection, and the name of the executable. */
interface Owner {
  readonly own: Uint8Array;
  readonly asPeer: Uint8Array;
  readonly exe: Uint8Array;
}

function ownerOf(sample: Sample, row: number): Owner {
  const f = sample.flows, pid = view.pidOf(f, row), process = text(view.processName(sample, row));
  const container = containerJson(view.container(sample, row)), netns = f.netns[row] || null;
  return {
    own: bytesOf(
      `,"pid":${pid},"process":${process},"uid":${view.uidOf(f, row)},"user":${text(view.userName(sample, row))}` +
        `,"netns":${netns},"cgroup":${text(view.cgroupPath(sample, row))},"container":${container},"rx_bytes":`,
    ),
    asPeer: bytesOf(`","pid":${pid},"process":${process},"container":${container},"netns":${netns},"via":"`),
    exe: bytesOf(text(view.executable(sample, row))),
  };
}

/** Between the id and the local address: by what tells them apart. */
const KINDS = new Map<number, Uint8Array>();

function kindOf({ flows: f }: Sample, row: number): Uint8Array {
  const tcp = flow.isTcp(f, row), is4 = f.family[row] === 4;
  const number = f.state[row] << 16 | f.direction[row] << 8 | (tcp ? 2 : 0) | (is4 ? 1 : 0);
  let part = KINDS.get(number);
  if (part === undefined) {
    part = bytesOf(
      `","protocol":"${tcp ? "tcp" : "udp"}","family":${is4 ? 4 : 6},"state":"${view.stateName(f, row)}"` +
        `,"direction":${text(view.directionName(f, row))},"local":`,
    );
    KINDS.set(number, part);
  }
  return part;
}

/** Words of which there are few. */
const WORDS = new Map<string | null, Uint8Array>();

function putWord(to: ByteText, word: string | null): void {
  let part = WORDS.get(word);
  if (part === undefined) {
    if (WORDS.size >= MOST_WORDS) WORDS.clear();
    WORDS.set(word, part = bytesOf(text(word)));
  }
  to.put(part);
}
const MOST_WORDS = 256;

/** Where in its text stand the two figures that change while nothing happens: from its beginning. */
export interface Places {
  age: number;
  afterAge: number;
  idle: number;
  afterIdle: number;
}

/** Flows of a sample after the other: begin() before the first of each. */
export class FlowJson {
  readonly #owners = new OwnerParts(ownerOf);

  begin(): void {
    this.#owners.begin();
  }

  /** As JSON.stringify(flowFacts()) has it. Fills in `places`. */
  put(to: ByteText, sample: Sample, row: number, places: Places | null = null): void {
    const f = sample.flows, begin = to.length, owner = this.#owners.of(sample, row), tcp = flow.isTcp(f, row);
    const rx = flow.rxDelta(f, row), tx = flow.txDelta(f, row), intervalMs = intervalOf(sample, row);
    to.put(ID);
    putId(to, f, row);
    to.put(kindOf(sample, row));
    putLocal(to, sample, row);
    REMOTE.put(to, sample, row);
    to.put(owner.own);
    to.numberOrNull(flow.rxBytes(f, row));
    to.put(TX_BYTES);
    to.numberOrNull(flow.txBytes(f, row));
    to.put(RX_DELTA);
    to.numberOrNull(rx);
    to.put(TX_DELTA);
    to.numberOrNull(tx);
    to.put(RX_RATE);
    putRateOrNull(to, rx, intervalMs);
    to.put(TX_RATE);
    putRateOrNull(to, tx, intervalMs);
    to.put(RX_PACKETS);
    to.numberOrNull(flow.rxPackets(f, row));
    to.put(TX_PACKETS);
    to.numberOrNull(flow.txPackets(f, row));
    to.put(RTT);
    to.numberOrNull(flow.rttUs(f, row));
    to.put(RTT_VAR);
    to.numberOrNull(flow.rttVarUs(f, row));
    to.put(CWND);
    to.numberOrNull(flow.cwnd(f, row));
    to.put(RETRANSMITS);
    to.numberOrNull(flow.retransmits(f, row));
    to.put(AGE);
    const age = to.length;
    to.numberOrNull(view.ageMs(sample, row));
    const afterAge = to.length;
    to.put(CLOSED);
    to.boolean(f.closed[row] === 1);
    to.put(LOOPBACK);
    to.boolean(f.loopback[row] === 1);
    to.put(EXE);
    to.put(owner.exe);
    to.put(SHARED);
    to.booleanOrNull(flow.isShared(f, row));
    to.put(ESTABLISHED);
    to.booleanOrNull(!tcp || flow.isListener(f, row) ? null : f.established[row] === 1);
    to.put(INSIDE);
    to.boolean(f.inside[row] === 1);
    to.put(RX_DROPPED);
    to.numberOrNull(flow.droppedPackets(f, row));
    to.put(RX_DROPPED_BYTES);
    to.numberOrNull(flow.droppedBytes(f, row));
    to.put(LIMIT);
    putWord(to, flow.limitedBy(f, row));
    to.put(BUSY);
    putMsOrNull(to, flow.held(f, row, "busyUs"));
    to.put(PEER_WINDOW);
    putMsOrNull(to, flow.held(f, row, "peerWindowUs"));
    to.put(SEND_BUFFER);
    putMsOrNull(to, flow.held(f, row, "sendBufferUs"));
    to.put(SEND_QUEUE);
    to.numberOrNull(flow.held(f, row, "sendQueue"));
    to.put(UNSENT);
    to.numberOrNull(flow.held(f, row, "unsent"));
    to.put(RECEIVE_QUEUE);
    to.numberOrNull(flow.held(f, row, "receiveQueue"));
    to.put(MIN_RTT);
    to.numberOrNull(flow.minRttUs(f, row));
    to.put(DROPPED);
    if (sample.dropsKnown && tcp && f.drops[row] === 0) to.put(NONE);
    else to.text(droppedJson(dropsOf(sample, row)));
    to.put(END);
    END_JSON.put(to, sample, row);
    to.put(ACCEPT_QUEUE);
    if (flow.isListener(f, row)) to.text(whole(flow.acceptQueue(f, row)));
    else to.null();
    to.put(PEER);
    this.#peer(to, sample, row);
    to.put(CONNECT);
    to.numberOrNull(connectUs(f, row));
    to.put(IDLE);
    const idle = to.length;
    to.numberOrNull(idleMs(f, row, sample.timeNs));
    const afterIdle = to.length;
    to.put(CONGESTION);
    putWord(to, view.congestionControl(f, row));
    to.put(MSS);
    to.numberOrNull(pathFigure(f, row, "mss"));
    to.put(SSTHRESH);
    to.numberOrNull(ssthresh(f, row));
    to.put(DELIVERY);
    to.numberOrNull(deliveryRate(f, row));
    to.put(PACING);
    to.numberOrNull(pacingRate(f, row));
    to.put(LOST);
    to.numberOrNull(lost(f, row));
    to.put(RTO);
    to.numberOrNull(rtoCount(f, row));
    to.put(ECN);
    to.numberOrNull(pathFigure(f, row, "ecnMarks"));
    to.put(REORD);
    to.numberOrNull(pathFigure(f, row, "reordSeen"));
    to.put(DSACK);
    to.numberOrNull(pathFigure(f, row, "dsackDups"));
    to.put(HOST);
    putHost(to, sample, row);
    if (sample.commands !== undefined) putCommand(to, sample, row);
    to.put(CLOSING);
    if (places === null) return;
    places.age = age - begin;
    places.afterAge = afterAge - begin;
    places.idle = idle - begin;
    places.afterIdle = afterIdle - begin;
  }

  #peer(to: ByteText, sample: Sample, row: number): void {
    const peer = peerRow(sample, row);
    if (peer < 0) return to.null();
    to.put(ID);
    putId(to, sample.flows, peer);
    to.put(this.#owners.of(sample, peer).asPeer);
    to.put(sample.flows.via[row] === Via.nat ? NAT : DIRECT);
    putHost(to, sample, peer);
    to.put(CLOSING);
  }
}

function putHost(to: ByteText, sample: Sample, row: number): void {
  if (sample.fleet === undefined) to.null();
  else to.text(text(hostState(sample, row)?.name ?? null));
}

function putCommand(to: ByteText, sample: Sample, row: number): void {
  to.put(COMMAND);
  to.text(text(view.commandLine(sample, row)));
  to.put(PARENT);
  to.numberOrNull(view.parentPid(sample, row));
  to.put(PARENT_NAME);
  to.text(text(view.parentName(sample, row)));
}

function putMsOrNull(to: ByteText, us: number | null): void {
  if (us === null) to.null();
  else putMs(to, us);
}

function putRateOrNull(to: ByteText, delta: number | null, intervalMs: number): void {
  if (delta === null) to.null();
  else putRate(to, delta, intervalMs);
}
