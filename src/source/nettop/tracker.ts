/**
 * Stage 4, all sockets from frame to frame.
 * In: frames. Out: records of bpf/record.h: openings and ends as they are seen, every flow at a snapshot.
 */
import { Direction, Tag } from "../../wire/layout.ts";
import { TcpState } from "../../wire/tcp_state.ts";
import { RecordWriter } from "../record_writer.ts";
import type { RecordSink } from "../source.ts";
import type { Frame, OwnedRow } from "./frames.ts";
import { type FactLookup, SocketRecords, stateNumber } from "./records.ts";
import { matchRows, TrackedSocket } from "./socket.ts";

const { CLOSE, ESTABLISHED, LISTEN, SYN_RECV, SYN_SENT } = TcpState;

/** A socket that so many whole frames in a row do not list has ended. Under load nettop leaves out live sockets in one or two. */
const MISSES = 3;

export class Tracker {
  /** By label; equal labels are possible. */
  readonly #sockets = new Map<string, TrackedSocket[]>();
  readonly #records: SocketRecords;
  readonly #events = new RecordWriter();
  readonly #snapshot = new RecordWriter();
  #cookies = 0;
  #skipped = 0;

  constructor(lookup: FactLookup) {
    this.#records = new SocketRecords(lookup);
  }

  /** Rows that were skipped since they have a host name where an address should be. */
  get skipped(): number {
    return this.#skipped;
  }

  apply(frame: Frame): void {
    const listening = listeningPorts(frame.rows);
    for (const [label, rows] of this.#byLabel(frame.rows)) {
      const sockets = this.#sockets.get(label) ?? [];
      const same = matchRows(sockets.filter((socket) => mayGoOn(socket, rows)), rows);
      rows.forEach((row, i) => this.#see(row, same[i], frame, listening));
    }
    if (frame.isWhole && !frame.isPreliminary) this.#countMisses(frame);
  }

  /** Hands over the openings and ends since the last call. */
  drain(sink: RecordSink): void {
    this.#events.flush(sink);
  }

  /** Hands over every flow, then a tick with the time of this state. */
  snapshot(sink: RecordSink, timeNs: number, wallNs: number): void {
    this.drain(sink);
    for (const sockets of this.#sockets.values()) {
      for (const socket of sockets) {
        if (socket.hasEnded || socket.isHidden) continue;
        if (socket.row.protocol === "tcp") this.#records.tcp(this.#snapshot, Tag.tcpLive, socket, timeNs);
        else this.#records.udp(this.#snapshot, socket);
      }
    }
    this.#snapshot.tick({ beginNs: timeNs, timeNs, wallNs });
    this.#snapshot.flush(sink);
  }

  #byLabel(rows: readonly OwnedRow[]): Map<string, OwnedRow[]> {
    const found = new Map<string, OwnedRow[]>();
    for (const row of rows) {
      if (isUnused(row)) continue;
      const equals = found.get(row.label);
      if (row.local.address === null || row.remote.address === null) this.#skipped++;
      else if (equals === undefined) found.set(row.label, [row]);
      else equals.push(row);
    }
    return found;
  }

  #see(row: OwnedRow, known: TrackedSocket | null, frame: Frame, listening: ReadonlySet<number>): void {
    let socket = known;
    if (socket !== null && !socket.update(row, frame.number, frame.arrivedNs)) {
      this.#end(socket, frame.arrivedNs);
      this.#forget(socket);
      socket = null;
    }
    socket ??= this.#add(row, frame, listening);
    if (!frame.isPreliminary) socket.isHidden = false;
    if (row.protocol !== "tcp" || socket.hasEnded) return;
    const state = stateNumber(row.state), isNew = socket.openedNs > 0 && !socket.openingIsWritten;
    if (isNew && !isOpening(state)) this.#writeOpening(socket, state, frame.arrivedNs);
    if (state === CLOSE) this.#end(socket, frame.arrivedNs);
  }

  #add(row: OwnedRow, frame: Frame, listening: ReadonlySet<number>): TrackedSocket {
    const { number, arrivedNs, isBaseline, isPreliminary } = frame;
    const isInbound = row.protocol === "tcp" && row.remote.port !== 0 && listening.has(row.local.port);
    const direction = isInbound ? Direction.inbound : Direction.unknown, openedNs = isBaseline ? 0 : arrivedNs;
    const socket = new TrackedSocket(++this.#cookies, openedNs, direction, row, isPreliminary, arrivedNs);
    socket.seenIn = number;
    // Closed when first listed: it ended before the baseline, or was refused and never carried a byte. Neither is an end to be written.
    const isClosed = row.protocol === "tcp" && stateNumber(row.state) === CLOSE;
    socket.hasEnded = isClosed && (isBaseline || !(row.rxBytes || row.txBytes));
    const equals = this.#sockets.get(row.label);
    if (equals === undefined) this.#sockets.set(row.label, [socket]);
    else equals.push(socket);
    return socket;
  }

  #writeOpening(socket: TrackedSocket, state: number, timeNs: number): void {
    socket.openingIsWritten = true;
    this.#records.tcp(this.#events, Tag.tcpOpen, socket, timeNs, state === CLOSE ? ESTABLISHED : state);
  }

  #countMisses({ number, arrivedNs }: Frame): void {
    for (const sockets of this.#sockets.values()) {
      for (const socket of sockets.slice()) {
        if (socket.seenIn === number || socket.miss(arrivedNs) < MISSES) continue;
        this.#end(socket, socket.missedNs);
        this.#forget(socket);
      }
    }
  }

  #forget(socket: TrackedSocket): void {
    const { label } = socket.row, left = this.#sockets.get(label)!.filter((other) => other !== socket);
    if (left.length > 0) this.#sockets.set(label, left);
    else this.#sockets.delete(label);
  }

  #end(socket: TrackedSocket, timeNs: number): void {
    if (socket.hasEnded) return;
    socket.hasEnded = true;
    if (socket.row.protocol !== "tcp" || socket.isHidden) return;
    const state = stateNumber(socket.row.state), wasOpen = socket.openingIsWritten || !isOpening(state);
    const last = state === LISTEN ? LISTEN : wasOpen ? CLOSE : SYN_SENT;
    this.#records.tcp(this.#events, Tag.tcpClose, socket, timeNs, last);
  }
}

/** A socket that was created and not used yet, without ports or bytes: no flow. */
function isUnused({ protocol, local, remote, rxBytes, txBytes, state }: OwnedRow): boolean {
  if (remote.port !== 0) return false;
  return protocol === "tcp" ? stateNumber(state) === CLOSE : local.port === 0 && !rxBytes && !txBytes;
}

/** nettop goes on listing a connection that is Closed; a row in another state with its label is a new connection. */
const mayGoOn = (socket: TrackedSocket, rows: readonly OwnedRow[]) =>
  !socket.hasEnded || rows.some(({ state }) => stateNumber(state) === CLOSE);

/** Not established yet. */
const isOpening = (state: number) => state === SYN_SENT || state === SYN_RECV;

function listeningPorts(rows: readonly OwnedRow[]): ReadonlySet<number> {
  const ports = new Set<number>();
  for (const row of rows) {
    if (row.protocol === "tcp" && stateNumber(row.state) === LISTEN) ports.add(row.local.port);
  }
  return ports;
}
