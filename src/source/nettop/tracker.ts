import { Carries, Direction, OwnerHow, Tag, Unknown } from "../../wire/layout.ts";
import type { RecordSink } from "../source.ts";
import type { Frame, OwnedRow } from "./frame.ts";
import { CLOSED, LISTEN, stateNumber } from "./state.ts";
import { type FlowFields, RecordWriter } from "./writer.ts";

/** What a row does not say. */
export interface Surroundings {
  uidOf(pid: number, cutName: string): number | null;
  /** 0: no such interface. */
  interfaceIndex(name: string): number;
}

interface Tracked {
  readonly cookie: number;
  /** 0: open before we looked. */
  readonly openedNs: number;
  readonly direction: number;
  row: OwnedRow;
  /** When its bytes last changed. */
  movedNs: number;
  seenIn: number;
  hasEnded: boolean;
}

const NO_ADDRESS = new Uint8Array(16);
/** nettop counts retransmitted bytes, not segments (nstat_txretransmit is t_stat.txretransmitbytes), and has no cwnd. */
const NEVER_KNOWN = Unknown.retransmits | Unknown.cwnd;
const NEVER_KNOWN_OF_UDP = Unknown.droppedPackets | Unknown.droppedBytes;

/**
 * Frames in, records out. A row is the same socket as the one with its key in the frame before, unless a counter went down:
 * counters run from the birth of a socket, so that is another one in its place.
 */
export class Tracker {
  readonly #flows = new Map<string, Tracked>();
  readonly #events = new RecordWriter();
  readonly #snapshot = new RecordWriter();
  #cookies = 0;
  #nameless = 0;

  constructor(readonly surroundings: Surroundings) {}

  /** Rows left out because they name a host where an address should be. */
  get nameless(): number {
    return this.#nameless;
  }

  apply(frame: Frame): void {
    const listening = listeningPorts(frame.rows);
    for (const row of frame.rows) {
      if (isUnbound(row)) continue;
      if (row.local.address === null || row.remote.address === null) this.#nameless++;
      else this.#see(row, frame, listening);
    }
    if (!frame.isWhole) return;
    for (const [key, flow] of this.#flows) {
      if (flow.seenIn === frame.number) continue;
      if (!flow.hasEnded) this.#end(flow, frame.arrivedNs);
      this.#flows.delete(key);
    }
  }

  /** Hands over what opened and closed since the last call. */
  drain(sink: RecordSink): void {
    this.#events.flush(sink);
  }

  /** Hands over every flow there is, and a tick of the time that it was so. */
  snapshot(sink: RecordSink, timeNs: number, wallNs: number): void {
    this.drain(sink);
    for (const flow of this.#flows.values()) {
      if (flow.hasEnded) continue;
      if (flow.row.protocol === "tcp") this.#tcp(this.#snapshot, Tag.tcpLive, flow, timeNs);
      else this.#udp(flow);
    }
    this.#snapshot.tick({ beginNs: timeNs, timeNs, wallNs });
    this.#snapshot.flush(sink);
  }

  #see(row: OwnedRow, frame: Frame, listening: ReadonlySet<number>): void {
    let flow = this.#flows.get(row.key);
    if (flow !== undefined && wentDown(flow.row, row)) {
      if (!flow.hasEnded) this.#end(flow, frame.arrivedNs);
      flow = undefined;
    }
    if (flow === undefined) {
      flow = this.#open(row, frame, listening);
      this.#flows.set(row.key, flow);
      if (row.protocol === "tcp" && flow.openedNs > 0) this.#tcp(this.#events, Tag.tcpOpen, flow, frame.arrivedNs);
    } else if (moved(flow.row, row)) flow.movedNs = frame.arrivedNs;
    flow.row = row;
    flow.seenIn = frame.number;
    if (row.protocol === "tcp" && stateNumber(row.state) === CLOSED && !flow.hasEnded) this.#end(flow, frame.arrivedNs);
  }

  #open(row: OwnedRow, { arrivedNs, isBaseline }: Frame, listening: ReadonlySet<number>): Tracked {
    const isInbound = row.protocol === "tcp" && row.remote.port !== 0 && listening.has(row.local.port);
    return {
      cookie: ++this.#cookies,
      openedNs: isBaseline ? 0 : arrivedNs,
      direction: isInbound ? Direction.inbound : Direction.unknown,
      row,
      movedNs: arrivedNs,
      seenIn: 0,
      hasEnded: false,
    };
  }

  #end(flow: Tracked, timeNs: number): void {
    flow.hasEnded = true;
    if (flow.row.protocol === "tcp") this.#tcp(this.#events, Tag.tcpClose, flow, timeNs);
  }

  #tcp(
    writer: RecordWriter,
    tag: typeof Tag.tcpOpen | typeof Tag.tcpClose | typeof Tag.tcpLive,
    flow: Tracked,
    timeNs: number,
  ): void {
    const state = stateNumber(flow.row.state);
    const ended = tag === Tag.tcpClose && state !== LISTEN;
    writer.tcp(tag, {
      ...this.#fields(flow),
      state: ended ? CLOSED : state,
      timeNs,
      openedNs: flow.openedNs,
      srttUs: flow.row.rttUs ?? 0,
    });
  }

  #udp(flow: Tracked): void {
    const carries = flow.row.protocol === "quic" ? Carries.quic : Carries.unknown;
    this.#snapshot.udp({ ...this.#fields(flow), carries, firstNs: flow.openedNs, lastNs: flow.movedNs });
  }

  #fields({ cookie, direction, row }: Tracked): FlowFields {
    const uid = this.surroundings.uidOf(row.pid, row.process);
    const zone = row.local.zone ?? row.remote.zone;
    return {
      family: row.family,
      direction,
      how: row.pid === 0 ? OwnerHow.kernel : OwnerHow.file,
      cookie,
      rxBytes: row.rxBytes ?? 0,
      txBytes: row.txBytes ?? 0,
      rxPackets: row.rxPackets ?? 0,
      txPackets: row.txPackets ?? 0,
      tgid: row.pid,
      uid: uid ?? 0,
      scope: zone === null ? 0 : this.surroundings.interfaceIndex(zone),
      localPort: row.local.port,
      remotePort: row.remote.port,
      unknown: unknownBits(row, uid),
      localAddress: row.local.address ?? NO_ADDRESS,
      remoteAddress: row.remote.address ?? NO_ADDRESS,
      comm: row.process,
    };
  }
}

function unknownBits(row: OwnedRow, uid: number | null): number {
  const unless = (known: boolean, bit: number) => known ? 0 : bit;
  return NEVER_KNOWN |
    unless(row.protocol === "tcp", NEVER_KNOWN_OF_UDP) |
    unless(row.rxBytes !== null && row.txBytes !== null, Unknown.bytes) |
    unless(row.rxPackets !== null && row.txPackets !== null, Unknown.packets) |
    unless(row.rttUs !== null, Unknown.rtt) |
    unless(uid !== null, Unknown.uid);
}

/** A socket that was made and never used: nothing can be said of it. */
function isUnbound({ protocol, local, remote, rxBytes, txBytes }: OwnedRow): boolean {
  return protocol !== "tcp" && local.port === 0 && remote.port === 0 && !rxBytes && !txBytes;
}

function listeningPorts(rows: readonly OwnedRow[]): ReadonlySet<number> {
  const ports = new Set<number>();
  for (const row of rows) {
    if (row.protocol === "tcp" && stateNumber(row.state) === LISTEN) ports.add(row.local.port);
  }
  return ports;
}

const wentDown = (before: OwnedRow, now: OwnedRow) =>
  less(now.rxBytes, before.rxBytes) || less(now.txBytes, before.txBytes);
const less = (a: number | null, b: number | null) => a !== null && b !== null && a < b;
const moved = (before: OwnedRow, now: OwnedRow) => before.rxBytes !== now.rxBytes || before.txBytes !== now.txBytes;
