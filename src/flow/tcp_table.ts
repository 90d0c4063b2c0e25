import type { TcpCounters, TcpLimits, TcpPath, TcpRecord, TcpReset, TickRecord } from "../decode/cursor.ts";
import { Feature, OwnerHow } from "../wire/layout.ts";
import { TcpState } from "../wire/tcp_state.ts";
import { isLoopback, isV4Mapped, unmapV4 } from "./address.ts";
import { ANSWER_SCHEMA } from "./answers.ts";
import { type Arrays, Columns, FLOW_SCHEMA, type FlowArrays, Protocol, ROW_WORDS } from "./columns.ts";
import { CookieIndex } from "./cookie_index.ts";
import { END_SCHEMA, EndIndex } from "./end_index.ts";
import type { Count } from "./drops.ts";
import { EventKind, type EventLog } from "./event_log.ts";
import { Heirs } from "./heirs.ts";
import { INSIDE_SCHEMA } from "./inside.ts";
import { LIMITS_SCHEMA, measureLimits, noteLimits, settleLimits } from "./limits.ts";
import { copyOwner, shareOwner } from "./owner.ts";
import { notePath } from "./path.ts";
import type { StateReader, StateWriter } from "./state.ts";

/** What the table alone needs of a row. */
const TCP_SCHEMA = {
  ...FLOW_SCHEMA,
  ...ANSWER_SCHEMA,
  ...INSIDE_SCHEMA,
  ...END_SCHEMA,
  ...LIMITS_SCHEMA,
  /** The byte counts at the last sample. */
  rxBefore: "f64",
  txBefore: "f64",
  /** It opened after the source did: its establishment is an opening of this run. */
  fresh: "u8",
  /** When the first record about it was written. */
  metNs: "f64",
  /** Number of the last snapshot that showed it, and how many in a row did not. */
  seen: "u32",
  missed: "u8",
} as const;

/** A connection is met at most this long after the time that it says it was opened at. */
const OPENING_NS = 1e8;
/** Snapshots that were cut short, after lost records, until a connection that none of them showed is given up. */
const FORGIVEN_CUT = 8;
/** Ends at which a pass over the table pays, to forget them before the sample. */
export const MANY_ENDS = 1 << 12;
/** When as many have ended, and that share of the rows, the others are put in order anew; and when that share has, the memory of all is lent. */
const SEVERAL_ENDS = 1 << 9, MOST = 1 / 2, NEARLY_ALL = 7 / 8;
const ENDING: ReadonlySet<number> = new Set([
  TcpState.FIN_WAIT1,
  TcpState.FIN_WAIT2,
  TcpState.CLOSING,
  TcpState.LAST_ACK,
]);
/** Of a row that a record speaks of (limits.ts). */
const MOVED = 2;
/** Of a record that does not tell it. */
const UNKNOWN_STATE = 0;

/** Every TCP socket that is open, and those that ended since the last sample. */
export class TcpTable {
  readonly protocol = Protocol.tcp;
  readonly ends = new EndIndex();
  readonly #columns = new Columns(TCP_SCHEMA);
  readonly #index = new CookieIndex();
  readonly #heirs = new Heirs();
  readonly #gone: number[] = [];
  readonly #kept: number[] = [];
  #snapshot = 1;
  #eventsLost = 0;
  #snapshotErrors = 0;
  /** Records were lost since the last whole snapshot. */
  #unsure = false;
  /** How many, less those that a connection was put down to whose end is missing. */
  #lostRecords = 0;
  /** A connection that opened before this was met by the last snapshot. */
  #surelyKnownNs = 0;
  #begun = false;
  #opened = 0;
  #closed = 0;
  #failed = 0;
  #strangers = 0;
  /** Some snapshots have changes alone. */
  #leavesOut = false;
  #doubts = false;
  #vanished = 0;
  /** Rows of which the end is known. */
  #ends = 0;
  /** Time of the newest end, and of the one that was the newest at the last forgetEnded(). */
  #newestEndNs = 0;
  #toldEndNs = 0;

  /** `log` is told of every connection that opens and ends, listeners included. */
  constructor(readonly log: EventLog | null = null) {}

  /** Rows 0 to length-1 hold the flows. */
  get length(): number {
    return this.#columns.length;
  }
  get arrays(): Arrays<typeof TCP_SCHEMA> {
    return this.#columns.arrays;
  }
  /** It is of no use any more: the memory of its rows goes back. */
  release(): void {
    this.#columns.release();
  }

  /** Connections, not listeners, that opened and ended since the last sample. */
  get opened(): number {
    return this.#opened;
  }
  get closed(): number {
    return this.#closed;
  }
  /** Those that ended without ever being established. */
  get failed(): number {
    return this.#failed;
  }

  /** Whether a connection is on its way to its end: both sides, or the one whose process has gone, have closed it. */
  get isEnding(): boolean {
    const { state, closed } = this.arrays;
    for (let row = 0; row < this.length; row++) if (closed[row] === 0 && ENDING.has(state[row])) return true;
    return false;
  }

  /** Flows that left without a close record, beyond the records that the source lost meanwhile: their last bytes are not known. From the start on. */
  get vanished(): number {
    return this.#vanished;
  }

  /** The row of a record's socket; -1: there is none. */
  rowOf({ cookieLow, cookieHigh }: TcpRecord): number {
    return this.#index.get(cookieLow, cookieHigh);
  }

  /** Its socket may have connected again since: then it is the later connection's. */
  rowOfDrops({ protocol, cookieLow, cookieHigh }: Count): number {
    return protocol === Protocol.tcp ? this.#index.get(cookieLow, cookieHigh) : -1;
  }

  /** Whether a snapshot has missed a connection since the last call: the next one, which settles it, must leave nothing out. */
  takeDoubts(): boolean {
    const doubts = this.#doubts;
    this.#doubts = false;
    return doubts;
  }

  /** Sockets whose counters came without a description since the last call: the source must describe all anew. */
  takeStrangers(): number {
    const strangers = this.#strangers;
    this.#strangers = 0;
    return strangers;
  }

  open(record: TcpRecord): void {
    const row = this.#describe(record);
    if (row < 0) return;
    this.#establish(row);
    this.log?.add(EventKind.opened, this.arrays, row, record.timeNs);
  }

  live(record: TcpRecord): void {
    const row = this.#describe(record);
    if (row >= 0) this.#mark(row);
  }

  /** A row that has ended is not changed any more: a snapshot that was taken just before may arrive after the record of the end. */
  counters(record: TcpCounters): void {
    const row = this.#index.get(record.cookieLow, record.cookieHigh);
    if (row < 0) {
      this.#strangers++;
      return;
    }
    const c = this.#columns.arrays;
    if (c.closed[row]) return;
    c.state[row] = record.state;
    c.how[row] = record.how;
    if (!isOpening(record.state)) this.#establish(row);
    this.#count(row, record);
    this.#mark(row);
  }

  limits(record: TcpLimits): void {
    const row = this.#index.get(record.cookieLow, record.cookieHigh), c = this.#columns.arrays;
    if (row < 0 || c.closed[row]) return;
    c.moved[row] = MOVED;
    noteLimits(c, row, record, c.fresh[row] === 1);
  }

  path(record: TcpPath): void {
    const row = this.#index.get(record.cookieLow, record.cookieHigh), c = this.#columns.arrays;
    if (row >= 0 && !c.closed[row]) notePath(c, row, record);
  }

  close(record: TcpRecord): void {
    const row = this.#describe(record);
    if (row < 0) return;
    const c = this.#columns.arrays;
    c.closed[row] = 1;
    this.#ends++;
    c.lastNs[row] = record.timeNs;
    if (record.timeNs > this.#newestEndNs) this.#newestEndNs = record.timeNs;
    c.end[row] = record.end;
    // Final, so it replaces what was read before, even where that was more: a read without the lock may have counted a FIN before the state told of it.
    c.rxBytes[row] = record.rxBytes;
    c.txBytes[row] = record.txBytes;
    const failed = record.state === TcpState.SYN_SENT;
    if (!isListener(c.remotePort[row], record.state)) {
      if (!failed) this.#establish(row);
      c.state[row] = TcpState.CLOSE;
      this.#leave(row);
    }
    this.log?.add(failed ? EventKind.failed : EventKind.closed, c, row, record.timeNs);
  }

  /** Why this end has sent a reset: as a rule just after the record of the end. */
  reset(record: TcpReset): void {
    const row = this.#index.get(record.cookieLow, record.cookieHigh), c = this.#columns.arrays;
    if (row < 0 || record.openedNs !== 0 && c.openedNs[row] !== record.openedNs) return;
    c.resetWhy[row] = record.why;
    this.log?.reset(record);
  }

  /** Who held a connection that had already ended. */
  owner(record: TcpRecord): void {
    const row = this.#index.get(record.cookieLow, record.cookieHigh);
    if (row < 0 || this.#columns.arrays.openedNs[row] !== record.openedNs) return;
    this.#own(row, record);
    this.log?.owner(record, this.arrays, row);
  }

  /** Ends a snapshot: drops what is neither in it nor closed by a record. A walk that had to pause may skip a socket, so one
   * miss is forgiven, unless records were lost: then the close record may be among them. One that was cut short says nothing of
   * what it does not show, unless records were lost. Nor does one that has changes alone; of what a whole one missed the next one is to tell. */
  tick(tick: TickRecord): void {
    const isWhole = !(tick.features & Feature.changes),
      lost = tick.eventsLost > this.#eventsLost,
      whole = isWhole && tick.snapshotErrors === this.#snapshotErrors;
    if (lost) this.#lostRecords += tick.eventsLost - this.#eventsLost;
    this.#eventsLost = tick.eventsLost;
    this.#snapshotErrors = tick.snapshotErrors;
    this.#unsure ||= lost;
    if (whole) this.#reconcile(tick, this.#unsure ? 0 : 1);
    else if (isWhole && this.#unsure) this.#reconcile(tick, FORGIVEN_CUT);
    this.#leavesOut ||= !isWhole;
    if (whole) {
      this.#unsure = false;
      this.#lostRecords = 0;
    }
    this.#surelyKnownNs = Math.max(0, tick.beginNs - OPENING_NS);
    this.#snapshot = this.#snapshot === 0xffffffff ? 1 : this.#snapshot + 1;
    if (this.#heirs.take()) this.#passOn();
    if (!this.#begun) this.#begin();
  }

  /** What waits to be accepted is put down to who has its listener now. */
  #passOn(): void {
    const c = this.#columns.arrays;
    for (let row = 0; row < this.length; row++) {
      if (!c.closed[row] && isListener(c.remotePort[row], c.state[row])) this.#heirs.keeps(c, row);
    }
    for (let row = 0; row < this.length; row++) {
      if (!c.closed[row] && c.how[row] === OwnerHow.listener && this.#inherit(row)) c.moved[row] = MOVED;
    }
  }

  /** Whether the row has another owner now. */
  #inherit(row: number): boolean {
    const { arrays: c, words } = this.#columns, heir = this.#heirs.of(c, row);
    const listener = heir === null ? -1 : this.#index.get(heir.low, heir.high);
    if (
      listener < 0 || c.closed[listener] || c.tgid[listener] === 0 ||
      !isListener(c.remotePort[listener], c.state[listener])
    ) return false;
    shareOwner(c, words.comm, listener, row);
    return true;
  }

  #reconcile(tick: TickRecord, forgiven: number): void {
    const c = this.#columns.arrays, gone = this.#gone;
    gone.length = 0;
    for (let row = 0; row < this.length; row++) {
      if (c.closed[row] || c.seen[row] === this.#snapshot || c.metNs[row] >= tick.beginNs) continue;
      if (++c.missed[row] <= forgiven) this.#doubts ||= this.#leavesOut;
      else {
        if (this.#lostRecords > 0) this.#lostRecords--;
        else this.#vanished++;
        if (!isListener(c.remotePort[row], c.state[row])) this.#leave(row);
        this.#vanish(row, tick.timeNs);
        gone.push(row);
      }
    }
    this.#remove(gone);
  }

  /** Fills the delta columns for the sample that is about to be taken. */
  measure(beforeNs: number, nowNs: number): void {
    const c = this.#columns.arrays;
    for (let row = 0; row < this.length; row++) {
      if (!c.moved[row]) continue;
      c.rxDelta[row] = Math.max(0, c.rxBytes[row] - c.rxBefore[row]);
      c.txDelta[row] = Math.max(0, c.txBytes[row] - c.txBefore[row]);
    }
    measureLimits(c, this.length, beforeNs, nowNs);
  }

  /** Whether nearly all rows have ended, and are many: their memory may then become the sample's. */
  get hasMostlyEnded(): boolean {
    return this.#ends >= MANY_ENDS && this.#ends > this.length * NEARLY_ALL;
  }

  /** Rows that its memory has room for. */
  get capacity(): number {
    return this.#columns.capacity;
  }

  /** Call once the sample is taken: its end is the next one's beginning, and what ended leaves. `lent`: the sample has the memory of the rows; the table
   * goes on with other memory. That is for hasMostlyEnded alone. */
  settle(lent = false): void {
    const c = this.#columns.arrays, gone = this.#gone;
    gone.length = 0;
    for (let row = 0; row < this.length; row++) {
      if (!c.moved[row]) continue;
      if (c.closed[row]) gone.push(row);
      else {
        c.rxBefore[row] = c.rxBytes[row];
        c.txBefore[row] = c.txBytes[row];
      }
    }
    settleLimits(c, this.length);
    for (let row = 0; row < this.length; row++) if (c.moved[row]) c.moved[row]--;
    this.#remove(gone, lent);
    this.#ends = 0;
    this.#opened = this.#closed = this.#failed = 0;
    this.#columns.shrink();
  }

  /** Forgets, where there are many, what had ended before the last call: nothing is told of it any more. Not while a snapshot is read, which may still
   * speak of it. */
  forgetEnded(): void {
    const toldNs = this.#toldEndNs, gone = this.#gone, { closed, lastNs } = this.#columns.arrays;
    this.#toldEndNs = this.#newestEndNs;
    if (this.#ends < MANY_ENDS) return;
    gone.length = 0;
    for (let row = 0; row < this.length; row++) if (closed[row] && lastNs[row] <= toldNs) gone.push(row);
    this.#ends -= gone.length;
    this.#remove(gone);
  }

  save(to: StateWriter): void {
    // An end's hash is made anew; when a row was met matters to the snapshot at hand alone.
    this.#columns.save(to, "tcp", ["endHash", "metNs"]);
    to.list("tcp", [
      this.#snapshot,
      this.#eventsLost,
      this.#snapshotErrors,
      this.#unsure,
      this.#surelyKnownNs,
      this.#begun,
      this.#opened,
      this.#closed,
      this.#failed,
      this.#vanished,
      this.#lostRecords,
    ]);
  }

  /** Throws a StateError, and is then as it was. */
  load(from: StateReader): void {
    this.#columns.load(from, "tcp");
    const [snapshot, lost, errors, unsure, knownNs, begun, opened, closed, failed, vanished, lostRecords] = from.list(
      "tcp",
    ).map(Number);
    this.#snapshot = snapshot || 1;
    this.#eventsLost = lost || 0;
    this.#snapshotErrors = errors || 0;
    this.#unsure = unsure === 1;
    this.#surelyKnownNs = knownNs || 0;
    this.#begun = begun === 1;
    this.#opened = opened || 0;
    this.#closed = closed || 0;
    this.#failed = failed || 0;
    this.#vanished = vanished || 0;
    this.#lostRecords = lostRecords || 0;
    this.#strangers = 0;
    this.#heirs.clear();
    this.ends.load(this.#columns.arrays, this.length);
    this.#columns.arrays.moved.fill(MOVED, 0, this.length);
    this.#reindex();
  }

  /** Of several rows of one socket, which connected again, the last one has the cookie. */
  #reindex(): void {
    const { cookieLow, cookieHigh, openedNs } = this.#columns.arrays;
    const index = this.#index;
    index.clear();
    for (let row = 0; row < this.length; row++) {
      const other = index.get(cookieLow[row], cookieHigh[row]);
      if (other < 0 || openedNs[row] >= openedNs[other]) index.set(cookieLow[row], cookieHigh[row], row);
    }
  }

  /** The first snapshot is where counting of deltas starts: what was open then did not open or move in this run. */
  #begin(): void {
    this.#begun = true;
    this.settle();
  }

  /** The row that the record speaks of, made if need be; -1 if it speaks of a connection whose end is known. */
  #describe(record: TcpRecord): number {
    let row = this.#index.get(record.cookieLow, record.cookieHigh);
    if (row >= 0 && this.#isOther(row, record)) {
      // One socket, connected again. The earlier connection's row stays for the sample, without the cookie.
      if (this.#isEarlier(row, record)) return -1;
      this.#index.delete(record.cookieLow, record.cookieHigh);
      if (!this.#columns.arrays.closed[row]) {
        this.#columns.arrays.missed[row] = 1;
        this.#doubts ||= this.#leavesOut;
      }
      row = -1;
    } else if (row >= 0 && this.#columns.arrays.closed[row]) return -1;
    const isNew = row < 0;
    if (isNew) row = this.#add(record);
    const c = this.#columns.arrays;
    if (isNew || c.localPort[row] !== record.localPort || isOpening(c.state[row])) this.#addresses(row, record);
    c.state[row] = record.state;
    c.unknown[row] = record.unknown;
    c.connectUs[row] = record.connectUs;
    c.localPort[row] = record.localPort;
    if (!isOpening(record.state) && !isListener(record.remotePort, record.state)) this.#establish(row);
    this.#own(row, record);
    this.#count(row, record);
    return row;
  }

  #establish(row: number): void {
    const c = this.#columns.arrays;
    if (c.established[row]) return;
    c.established[row] = 1;
    if (c.fresh[row]) this.#opened++;
  }

  #leave(row: number): void {
    if (this.#columns.arrays.established[row]) this.#closed++;
    else this.#failed++;
  }

  #isOther(row: number, record: TcpRecord): boolean {
    return this.#columns.arrays.openedNs[row] !== record.openedNs;
  }

  /** Whether a snapshot's record is older than what is known: its connection has ended, or its socket has connected again, since it was written. */
  #isEarlier(row: number, record: TcpRecord): boolean {
    const c = this.#columns.arrays;
    return record.openedNs < c.openedNs[row] || c.closed[row] === 1 && record.openedNs < c.lastNs[row];
  }

  #add(record: TcpRecord): number {
    const row = this.#columns.add(), c = this.#columns.arrays;
    this.#index.set(record.cookieLow, record.cookieHigh, row);
    c.cookieLow[row] = record.cookieLow;
    c.cookieHigh[row] = record.cookieHigh;
    c.openedNs[row] = record.openedNs;
    c.metNs[row] = record.timeNs;
    c.protocol[row] = Protocol.tcp;
    c.netns[row] = record.netns;
    // These are counts modulo 2^32 whose later values are added on (onwards()).
    c.rxPackets[row] = record.rxPackets;
    c.txPackets[row] = record.txPackets;
    c.retransmits[row] = record.retransmits;
    if (isListener(record.remotePort, record.state)) return row;
    if (record.openedNs > this.#surelyKnownNs) c.fresh[row] = 1;
    else {
      // Open before the source was, or dropped by mistake after records were lost: what it moved before belongs to no sample.
      c.rxBefore[row] = record.rxBytes;
      c.txBefore[row] = record.txBytes;
    }
    return row;
  }

  #own(row: number, record: TcpRecord): void {
    const c = this.#columns.arrays;
    const listens = isListener(c.remotePort[row], record.state);
    if (listens && c.tgid[row] !== 0 && record.tgid !== 0 && isOtherOwner(c, row, record)) this.#heirs.passedOn(c, row);
    copyOwner(record, c, this.#columns.words.comm, row);
    if (listens) this.#heirs.keeps(c, row);
    else if (record.how === OwnerHow.listener) this.#inherit(row);
    c.direction[row] = record.direction;
  }

  #count(row: number, record: TcpRecord | TcpCounters): void {
    const c = this.#columns.arrays, { rxBytes, txBytes } = record;
    c.moved[row] = MOVED;
    // Reads without the socket's lock may be a moment apart; a count never goes back.
    if (rxBytes > c.rxBytes[row]) c.rxBytes[row] = rxBytes;
    if (txBytes > c.txBytes[row]) c.txBytes[row] = txBytes;
    c.rxPackets[row] = onwards(c.rxPackets[row], record.rxPackets);
    c.txPackets[row] = onwards(c.txPackets[row], record.txPackets);
    c.srttUs[row] = record.srttUs;
    c.rttvarUs[row] = record.rttvarUs;
    c.cwnd[row] = record.cwnd;
    c.retransmits[row] = onwards(c.retransmits[row], record.retransmits);
  }

  #addresses(row: number, record: TcpRecord): void {
    const c = this.#columns.arrays, { localAddress, remoteAddress } = this.#columns.words, at = row * 16;
    this.ends.delete(c, row);
    if (record.remotePort !== 0) this.ends.lacks(row);
    c.pair[row] = c.via[row] = c.peerKilled[row] = 0;
    c.remotePort[row] = record.remotePort;
    c.scope[row] = record.scope;
    c.family[row] = record.family;
    record.copyLocalAddress(localAddress, row * ROW_WORDS);
    record.copyRemoteAddress(remoteAddress, row * ROW_WORDS);
    // A listener that is bound to a mapped address has no peer, but takes IPv4 alone.
    if (record.family === 6 && (isV4Mapped(c.remoteAddress, at) || isV4Mapped(c.localAddress, at))) {
      c.family[row] = 4;
      unmapV4(c.remoteAddress, at);
      unmapV4(c.localAddress, at);
    }
    c.judged[row] = 0;
    c.loopback[row] = isLoopback(c.family[row], c.localAddress, c.remoteAddress, at) ? 1 : 0;
  }

  #vanish(row: number, timeNs: number): void {
    if (this.log === null) return;
    const c = this.#columns.arrays;
    c.closed[row] = c.moved[row] = 1;
    c.lastNs[row] = timeNs;
    this.log.add(EventKind.vanished, c, row, timeNs);
  }

  #mark(row: number): void {
    this.#columns.arrays.seen[row] = this.#snapshot;
    this.#columns.arrays.missed[row] = 0;
  }

  /** Rows in ascending order. A row whose socket has connected again is in the index no more: the later one is. */
  #remove(gone: readonly number[], lent = false): void {
    if (lent || gone.length >= SEVERAL_ENDS && gone.length > this.length * MOST) return this.#keepOthers(gone, lent);
    if (gone.length === 0) return;
    const { cookieLow: low, cookieHigh: high } = this.#columns.arrays, index = this.#index;
    for (const row of gone) {
      if (index.get(low[row], high[row]) === row) index.delete(low[row], high[row]);
      this.ends.delete(this.#columns.arrays, row);
    }
    this.#columns.removeRows(gone, (from, to) => {
      this.ends.move(this.#columns.arrays, from, to);
      if (index.get(low[from], high[from]) === from) index.set(low[from], high[from], to);
    });
  }

  /** Where few are left it takes less to find these a place than to take the others out one by one. */
  #keepOthers(gone: readonly number[], lent: boolean): void {
    const kept = this.#kept;
    kept.length = 0;
    for (let row = 0, next = 0; row < this.length; row++) {
      if (gone[next] === row) next++;
      else kept.push(row);
    }
    this.#columns.keepRows(kept, lent);
    this.#reindex();
    this.ends.renumber(this.#columns.arrays, this.length);
  }
}

const WRAP = 2 ** 32;

/** A count of which the kernel keeps the low 32 bits (segs_in, segs_out, total_retrans), as it goes on: never back. A step of more than half
 * of the circle is a read that came late, not four thousand million segments in an interval. */
function onwards(before: number, low: number): number {
  // As a rule: a division takes its time.
  if (before <= low && low - before < WRAP / 2) return low;
  const step = (low - before % WRAP + WRAP) % WRAP;
  return step < WRAP / 2 ? before + step : before;
}

/** Its addresses may still change: connect() chooses the local port when it is in SYN_SENT already. */
function isOpening(state: number): boolean {
  return state === TcpState.SYN_SENT || state === TcpState.SYN_RECV || state === UNKNOWN_STATE ||
    state === TcpState.CLOSE;
}

function isOtherOwner({ tgid, ownerStartNs }: FlowArrays, row: number, record: TcpRecord): boolean {
  return record.tgid !== tgid[row] || record.ownerStartNs !== ownerStartNs[row];
}

function isListener(remotePort: number, state: number): boolean {
  return remotePort === 0 && state === TcpState.LISTEN;
}
