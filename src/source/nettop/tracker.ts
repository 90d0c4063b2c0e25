import { Direction, Tag } from "../../wire/layout.ts";
import type { RecordSink } from "../source.ts";
import type { Frame, OwnedRow } from "./frame.ts";
import { matchRows } from "./matching.ts";
import { FlowRecords, type Surroundings } from "./records.ts";
import { CLOSED, ESTABLISHED, LISTEN, stateNumber, SYN_RECEIVED, SYN_SENT } from "./state.ts";
import { Tracked } from "./tracked.ts";
import { RecordWriter } from "./writer.ts";

/** Whole frames in a row without a socket until it is gone: under load nettop leaves live ones out. */
const MISSES = 3;

/** Frames in, records out. */
export class Tracker {
  #flows = new Map<string, Tracked[]>();
  readonly #events = new RecordWriter();
  readonly #snapshot = new RecordWriter();
  #cookies = 0;
  #nameless = 0;

  readonly #records: FlowRecords;

  constructor(surroundings: Surroundings) {
    this.#records = new FlowRecords(surroundings);
  }

  /** Rows left out because they name a host where an address should be. */
  get nameless(): number {
    return this.#nameless;
  }

  apply(frame: Frame): void {
    const listening = listeningPorts(frame.rows);
    for (const [label, rows] of this.#byLabel(frame.rows)) {
      const flows = this.#flows.get(label) ?? [];
      const same = matchRows(flows.filter((flow) => mayBe(flow, rows)), rows);
      rows.forEach((row, i) => this.#see(row, same[i], frame, listening));
    }
    if (frame.isWhole && !frame.isPreliminary) this.#miss(frame);
  }

  /** Hands over what opened and closed since the last call. */
  drain(sink: RecordSink): void {
    this.#events.flush(sink);
  }

  /** Hands over every flow there is, and a tick of the time that it was so. */
  snapshot(sink: RecordSink, timeNs: number, wallNs: number): void {
    this.drain(sink);
    for (const flows of this.#flows.values()) {
      for (const flow of flows) {
        if (flow.hasEnded || flow.isHidden) continue;
        if (flow.row.protocol === "tcp") this.#records.tcp(this.#snapshot, Tag.tcpLive, flow, timeNs);
        else this.#records.udp(this.#snapshot, flow);
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
      if (row.local.address === null || row.remote.address === null) this.#nameless++;
      else if (equals === undefined) found.set(row.label, [row]);
      else equals.push(row);
    }
    return found;
  }

  #see(row: OwnedRow, known: Tracked | null, frame: Frame, listening: ReadonlySet<number>): void {
    let flow = known;
    if (flow !== null && !flow.take(row, frame.number, frame.arrivedNs)) {
      this.#end(flow, frame.arrivedNs);
      this.#forget(flow);
      flow = null;
    }
    flow ??= this.#open(row, frame, listening);
    if (!frame.isPreliminary) flow.isHidden = false;
    if (row.protocol !== "tcp" || flow.hasEnded) return;
    const state = stateNumber(row.state);
    if (flow.openedNs > 0 && !flow.isTold && !isOpening(state)) this.#tellOpening(flow, state, frame.arrivedNs);
    if (state === CLOSED) this.#end(flow, frame.arrivedNs);
  }

  #open(
    row: OwnedRow,
    { number, arrivedNs, isBaseline, isPreliminary }: Frame,
    listening: ReadonlySet<number>,
  ): Tracked {
    const isInbound = row.protocol === "tcp" && row.remote.port !== 0 && listening.has(row.local.port);
    const direction = isInbound ? Direction.inbound : Direction.unknown;
    const flow = new Tracked(++this.#cookies, isBaseline ? 0 : arrivedNs, direction, row, isPreliminary, arrivedNs);
    flow.seenIn = number;
    // One that had ended before we looked, or that never came to be (a refused connect()), neither opened nor ended in our time.
    const isDead = row.protocol === "tcp" && stateNumber(row.state) === CLOSED;
    flow.hasEnded = isDead && (isBaseline || !(row.rxBytes || row.txBytes));
    const equals = this.#flows.get(row.label);
    if (equals === undefined) this.#flows.set(row.label, [flow]);
    else equals.push(flow);
    return flow;
  }

  #tellOpening(flow: Tracked, state: number, timeNs: number): void {
    flow.isTold = true;
    this.#records.tcp(this.#events, Tag.tcpOpen, flow, timeNs, state === CLOSED ? ESTABLISHED : state);
  }

  #miss({ number, arrivedNs }: Frame): void {
    for (const flows of this.#flows.values()) {
      for (const flow of flows.slice()) {
        if (flow.seenIn === number || flow.miss(arrivedNs) < MISSES) continue;
        this.#end(flow, flow.missedNs);
        this.#forget(flow);
      }
    }
  }

  #forget(flow: Tracked): void {
    const { label } = flow.row, left = this.#flows.get(label)!.filter((other) => other !== flow);
    if (left.length > 0) this.#flows.set(label, left);
    else this.#flows.delete(label);
  }

  #end(flow: Tracked, timeNs: number): void {
    if (flow.hasEnded) return;
    flow.hasEnded = true;
    if (flow.row.protocol !== "tcp" || flow.isHidden) return;
    const state = stateNumber(flow.row.state), wasOpen = flow.isTold || !isOpening(state);
    this.#records.tcp(
      this.#events,
      Tag.tcpClose,
      flow,
      timeNs,
      state === LISTEN ? LISTEN : wasOpen ? CLOSED : SYN_SENT,
    );
  }
}

/** A socket that was made and not used yet: nothing can be said of it. */
function isUnused({ protocol, local, remote, rxBytes, txBytes, state }: OwnedRow): boolean {
  if (remote.port !== 0) return false;
  return protocol === "tcp" ? stateNumber(state) === CLOSED : local.port === 0 && !rxBytes && !txBytes;
}

/** One that has ended is no other's beginning. */
const mayBe = (flow: Tracked, rows: readonly OwnedRow[]) =>
  !flow.hasEnded || rows.some(({ state }) => stateNumber(state) === CLOSED);

/** Not a connection yet. A socket that is Closed is one no more, unless it never was. */
const isOpening = (state: number) => state === SYN_SENT || state === SYN_RECEIVED;

function listeningPorts(rows: readonly OwnedRow[]): ReadonlySet<number> {
  const ports = new Set<number>();
  for (const row of rows) {
    if (row.protocol === "tcp" && stateNumber(row.state) === LISTEN) ports.add(row.local.port);
  }
  return ports;
}
