import type { TcpRecord, TcpReset } from "../decode/cursor.ts";
import { OwnerHow } from "../wire/layout.ts";
import { type Arrays, byteLength, Columns, FLOW_SCHEMA, type FlowArrays, unpack } from "./columns.ts";
import { CookieIndex } from "./cookie_index.ts";
import { RowCopier } from "./copy_row.ts";
import type { Drops } from "./drop_list.ts";

const EVENT_SCHEMA = {
  /** A flow as it was at the moment of the event, and the moment. */
  ...FLOW_SCHEMA,
  timeNs: "f64",
  kind: "u8",
  /** Of a batch that is told: how many rows before it there is one of the same owner (SameOwners); 0: none is known. */
  alike: "u16",
} as const;

export type EventArrays = Arrays<typeof EVENT_SCHEMA>;

export const EventKind = {
  opened: 1,
  closed: 2,
  /** Ended unseen: a look at all sockets found it gone, and its figures are those of the look before. */
  vanished: 3,
  /** Ended without ever having been established. */
  failed: 4,
} as const;
export type EventKind = typeof EventKind[keyof typeof EventKind];

/** Further ends than that have not come between the end of a connection and its reset, which one processor writes one after the other. */
const RESET_BEHIND = 4096;

/** Rows of a batch: few enough that the processor still has them when their lines are made, and that they take little memory however many wait. */
const BATCH_ROWS = 1 << 11;
const BATCH_BYTES = byteLength(EVENT_SCHEMA, BATCH_ROWS);
/** Batches for which memory is kept. */
const SPARE_MOST = 8;
/** Places that rows are moved by, for each of them, where they are nearly in order. */
const FEW_MOVES = 8;

/** What no line of an event tells, unless columns or a filter ask for it: close to half of a row. */
export const UNTOLD: ReadonlySet<keyof FlowArrays> = new Set([
  ...["rxDelta", "txDelta", "rxDroppedBytes", "rxDroppedPackets", "rxDroppedDelta", "pair", "via", "inside"] as const,
  ...["busyUs", "peerWindowUs", "sendBufferUs", "sendQueue", "unsent", "receiveQueue", "limitedBy"] as const,
  ...["limitsKnown", "overflows", "overflowsDelta", "overflowsAre", "minRttUs", "movedNs", "deliveryRate"] as const,
  ...["pacingRate", "mss", "ssthresh", "lost", "rtoCount", "ecnMarks", "reordSeen", "dsackDups"] as const,
  ...["congestion", "pathKnown", "pathLacks", "cwnd"] as const,
]);

/** What crosses to the main thread; `events` is for unpackEvents(). */
export interface PackedEvents {
  readonly length: number;
  /** Memory for `rows` of them, as it was filled: nothing is copied. It may come back by giveBack(). Shared, not transferred: a buffer that was once taken from a
   * thread makes V8 ask, on that thread and for good, whether each array is still there (docs/decisions/0051). */
  readonly events: SharedArrayBuffer;
  readonly rows: number;
  /** By the column `drops`, as Sample has them. */
  readonly drops: ReadonlyMap<number, Drops>;
  /** Events since the last batch that found no room because nobody took the ones before. */
  readonly dropped: number;
}

/** Events in the order in which they came. */
class Batch {
  readonly #columns = new Columns(EVENT_SCHEMA);
  /** Rows of ends whose owner may still come in a later record, by cookie. */
  #weak = new CookieIndex();
  /** Rows before it have been told. */
  first = 0;

  constructor(readonly copier: RowCopier) {}

  /** Rows `first` to `length` - 1 hold events. */
  get length(): number {
    return this.#columns.length;
  }
  get arrays(): EventArrays {
    return this.#columns.arrays;
  }

  add(kind: number, flows: FlowArrays, row: number, timeNs: number): void {
    const at = this.#columns.add(), arrays = this.#columns.arrays;
    this.copier.copy(flows, row, arrays, at);
    arrays.timeNs[at] = timeNs;
    arrays.kind[at] = kind;
    this.#noteWeak(at);
  }

  /** The row of an end whose owner was not known; -1: there is none. */
  weakRow(cookieLow: number, cookieHigh: number): number {
    const row = this.#weak.size === 0 ? -1 : this.#weak.get(cookieLow, cookieHigh);
    return row < this.first ? -1 : row;
  }

  /** Into the order of their times. */
  sort(): void {
    if (sortRows(this.#columns, this.first, this.copier) && this.#weak.size > 0) this.#noteAllWeak();
  }

  clear(): void {
    this.#columns.reset();
    this.first = 0;
    if (this.#weak.size > 0) this.#weak = new CookieIndex();
  }

  /** The events of `from`, behind those that are here. */
  take(from: Batch): void {
    if (this.first > 0) this.#close();
    const begin = this.length, rows = from.length - from.first;
    for (let row = 0; row < rows; row++) this.#columns.add();
    this.#copy(from.arrays, from.first, this.arrays, begin, rows);
    for (let row = begin; row < this.length; row++) this.#noteWeak(row);
  }

  /** The first `rows` events leave, into the first rows of `to`. */
  give(to: EventArrays, rows: number): void {
    this.#copy(this.arrays, this.first, to, 0, rows);
    this.first += rows;
    if (this.first === this.length) this.clear();
  }

  /** The place of those that have left is used again. */
  #close(): void {
    const rows = this.length - this.first;
    this.#copy(this.arrays, this.first, this.arrays, 0, rows);
    this.#columns.length = rows;
    this.first = 0;
    this.#noteAllWeak();
  }

  #copy(from: EventArrays, row: number, to: EventArrays, at: number, rows: number): void {
    this.copier.copyMany(from, row, to, at, rows);
    to.timeNs.set(from.timeNs.subarray(row, row + rows), at);
    to.kind.set(from.kind.subarray(row, row + rows), at);
  }

  #noteAllWeak(): void {
    this.#weak = new CookieIndex();
    for (let row = this.first; row < this.length; row++) this.#noteWeak(row);
  }

  #noteWeak(row: number): void {
    const { arrays } = this;
    if (isWeakEnd(arrays, row)) this.#weak.set(arrays.cookieLow[row], arrays.cookieHigh[row], row);
  }
}

/**
 * Connections that opened and ended, in the order of their times. Events wait for one drain: processors write to the ring
 * in an order that may differ a little from that of the times, and who held a connection that was reset comes in a record
 * behind that of its end. Never holds more than `capacity`: further events are counted, not kept.
 */
export class EventLog {
  readonly #copier: RowCopier;
  /** Those that have waited for a drain, and those of this drain that belong before them. */
  #due: Batch;
  #waiting: Batch;
  /** Of `due`: those that have waited for a drain. */
  #ripe = 0;
  /** Memory of batches that were told. */
  readonly #spare: SharedArrayBuffer[] = [];
  #newestNs = 0;
  #dueNs = 0;
  #dropped = 0;
  /** Events that stand before those that were dropped. */
  #beforeDropped = 0;
  /** Lists of the rows that wait: a flow may be forgotten meanwhile. They go on growing. */
  #drops = new Map<number, Drops>();
  /** Connections whose first drop came after their end. `before`: another one of the same socket, which connected again; -1: there is none. */
  readonly #late: { readonly id: number; readonly openedNs: number; readonly before: number }[] = [];
  /** By cookie, the last one of each socket. */
  readonly #lateIndex = new CookieIndex();
  dropsOf: (id: number) => Drops | undefined = () => undefined;
  /** Whether what happened then is told of; null: all is. */
  wants: ((timeNs: number) => boolean) | null = null;

  /** `without`: fields that nobody asks for. */
  constructor(readonly capacity = 1 << 16, without?: ReadonlySet<string>) {
    this.#copier = new RowCopier(without);
    this.#due = new Batch(this.#copier);
    this.#waiting = new Batch(this.#copier);
  }

  /** Events that nobody has been told of. */
  get length(): number {
    return this.#due.length - this.#due.first + this.#waiting.length;
  }

  /** Of these, those that have waited for a drain. */
  get ripe(): number {
    return this.#ripe;
  }

  add(kind: EventKind, flows: FlowArrays, row: number, timeNs: number): void {
    this.#newestNs = Math.max(this.#newestNs, timeNs);
    if (this.wants !== null && !this.wants(timeNs)) return;
    if (this.length >= this.capacity) {
      if (this.#dropped++ === 0) this.#beforeDropped = this.length;
      return;
    }
    const batch = timeNs <= this.#dueNs ? this.#due : this.#waiting;
    batch.add(kind, flows, row, timeNs);
    this.#keepDrops(flows.drops[row]);
  }

  /** The row of the table has its first drop. It may have ended just before: the kernel counts drops apart from telling of ends. Its event has it by ripen(). */
  dropped(flows: FlowArrays, row: number): void {
    if (!flows.closed[row] || this.length === 0) return;
    const { cookieLow: low, cookieHigh: high, openedNs } = flows, before = this.#lateIndex.get(low[row], high[row]);
    this.#lateIndex.set(low[row], high[row], this.#late.length);
    this.#late.push({ id: flows.drops[row], openedNs: openedNs[row], before });
    this.#keepDrops(flows.drops[row]);
  }

  /** One pass, however many there are. */
  #putLate(): void {
    for (const { arrays, first, length } of [this.#due, this.#waiting]) {
      const { kind, cookieLow, cookieHigh, openedNs, drops } = arrays;
      for (let at = first; at < length; at++) {
        if (kind[at] === EventKind.opened) continue;
        let next = this.#lateIndex.get(cookieLow[at], cookieHigh[at]);
        while (next >= 0 && this.#late[next].openedNs !== openedNs[at]) next = this.#late[next].before;
        if (next >= 0) drops[at] = this.#late[next].id;
      }
    }
    this.#late.length = 0;
    this.#lateIndex.clear();
  }

  #keepDrops(id: number): void {
    const list = id === 0 ? undefined : this.dropsOf(id);
    if (list !== undefined) this.#drops.set(id, list);
  }

  /** The owner of a connection that has ended has become known, and is in its row of the table. */
  owner(record: TcpRecord, flows: FlowArrays, row: number): void {
    for (const batch of [this.#waiting, this.#due]) {
      const { arrays } = batch, at = batch.weakRow(record.cookieLow, record.cookieHigh);
      if (at < 0 || arrays.openedNs[at] !== record.openedNs) continue;
      this.#copier.copy(flows, row, arrays, at);
      return;
    }
  }

  /** The reset of a connection that has just ended is in the row of its end too, if that still waits. It is among the last. */
  reset(record: TcpReset): void {
    const waiting = this.#waiting, due = this.#due, behind = RESET_BEHIND - waiting.length;
    if (this.#resetIn(waiting, record, Math.max(0, -behind))) return;
    if (behind > 0) this.#resetIn(due, record, Math.max(due.first, due.length - behind));
  }

  /** Whether the connection was found. */
  #resetIn({ arrays, length }: Batch, record: TcpReset, first: number): boolean {
    const { cookieLow, cookieHigh, openedNs, kind, resetWhy } = arrays;
    for (let at = length - 1; at >= first; at--) {
      if (cookieLow[at] !== record.cookieLow || cookieHigh[at] !== record.cookieHigh) continue;
      const same = record.openedNs === 0 || openedNs[at] === record.openedNs;
      if (kind[at] === EventKind.closed && same) resetWhy[at] = record.why;
      return true;
    }
    return false;
  }

  /** The row of the table has ended because its other end was killed. Its event, if it still waits, is among the last. */
  peerKilled(flows: FlowArrays, row: number): void {
    for (const { arrays, first, length } of [this.#waiting, this.#due]) {
      for (let at = length - 1; at >= first; at--) {
        if (arrays.cookieLow[at] !== flows.cookieLow[row] || arrays.cookieHigh[at] !== flows.cookieHigh[row]) continue;
        if (arrays.kind[at] === EventKind.closed && arrays.openedNs[at] === flows.openedNs[row]) {
          arrays.peerKilled[at] = 1;
        }
        return;
      }
    }
  }

  /** Call it after each drain, before drained(): what has waited for it may be told. */
  ripen(): void {
    if (this.#late.length > 0) this.#putLate();
    this.#due.sort();
    this.#ripe = this.#due.length - this.#due.first;
  }

  /** Call it after each drain. */
  drained(): void {
    this.#dueNs = this.#newestNs;
    const waiting = this.#waiting;
    if (waiting.length === 0) return;
    if (this.#due.length === 0) [this.#due, this.#waiting] = [waiting, this.#due];
    else {
      this.#due.take(waiting);
      waiting.clear();
    }
  }

  /** Some events that have waited for a drain, the oldest first; `all`: of those too that have not. null: there is nothing to tell. */
  take(all: boolean): PackedEvents | null {
    if (all && this.#waiting.length > 0) {
      this.#due.take(this.#waiting);
      this.#waiting.clear();
    }
    if (all) this.ripen();
    const length = Math.min(this.#ripe, BATCH_ROWS), tellsDropped = this.#dropped > 0 && length >= this.#beforeDropped;
    if (length === 0 && !tellsDropped) return null;
    const events = this.#spare.pop() ?? new SharedArrayBuffer(BATCH_BYTES);
    const arrays = unpackEvents({ events, rows: BATCH_ROWS });
    if (length > 0) this.#due.give(arrays, length);
    arrays.alike.fill(0);
    this.#ripe -= length;
    this.#beforeDropped -= length;
    const dropped = tellsDropped ? this.#dropped : 0;
    this.#dropped -= dropped;
    return { length, events, rows: BATCH_ROWS, drops: this.#takeDrops(arrays, length), dropped };
  }

  /** What there is, is not told. */
  forget(): void {
    this.#due.clear();
    this.#waiting.clear();
    this.#drops.clear();
    this.#late.length = 0;
    this.#lateIndex.clear();
    this.#ripe = this.#dropped = 0;
    this.drained();
  }

  /** Memory of a batch that nobody needs any more. */
  giveBack(events: SharedArrayBuffer, rows: number): void {
    if (rows === BATCH_ROWS && this.#spare.length < SPARE_MOST) this.#spare.push(events);
  }

  /** The lists of the rows that are told, which may have grown since they were put here: so do the sums. */
  #takeDrops({ drops, dropPackets, dropBytes }: EventArrays, length: number): Map<number, Drops> {
    const found = new Map<number, Drops>();
    if (this.#drops.size === 0) return found;
    for (let row = 0; row < length; row++) {
      const list = this.#drops.get(drops[row]);
      if (list === undefined) continue;
      found.set(drops[row], list);
      dropPackets[row] = list.reduce((sum, drop) => sum + drop.packets, 0);
      dropBytes[row] = list.reduce((sum, drop) => sum + (drop.bytes ?? 0), 0);
    }
    const left = new Set<number>();
    for (const { arrays, first, length } of [this.#due, this.#waiting]) {
      for (let at = first; at < length; at++) if (arrays.drops[at] !== 0) left.add(arrays.drops[at]);
    }
    for (const id of this.#drops.keys()) if (!left.has(id)) this.#drops.delete(id);
    return found;
  }
}

export function unpackEvents(
  { events, rows }: { readonly events: ArrayBufferLike; readonly rows: number },
): EventArrays {
  // Arrays are the same over either kind of buffer, but have other types.
  return unpack(EVENT_SCHEMA, events as ArrayBuffer, rows);
}

/** From the row `begin` on into the order of their times; those of one time stay in that in which they came. Most are in it: only the others are moved.
 * Whether some were. */
function sortRows(columns: Columns<typeof EVENT_SCHEMA>, begin: number, copier: RowCopier): boolean {
  const { timeNs } = columns.arrays, length = columns.length;
  let first = begin + 1;
  while (first < length && timeNs[first - 1] <= timeNs[first]) first++;
  if (first >= length) return false;
  const order = new Uint32Array(length).map((_, row) => row);
  let moves = 0;
  for (let row = first; row < length && moves <= FEW_MOVES * length; row++) {
    let at = row;
    for (; at > begin && timeNs[order[at - 1]] > timeNs[row]; at--) order[at] = order[at - 1];
    order[at] = row;
    moves += row - at;
  }
  if (moves > FEW_MOVES * length) {
    order.forEach((_, row) => order[row] = row);
    order.subarray(begin).sort((a, b) => timeNs[a] - timeNs[b] || a - b);
  }
  arrange(columns, order, copier);
  return true;
}

/** Row order[i] goes to i: round each circle of rows that take one another's places, the first of which waits in a row at the end. */
function arrange(columns: Columns<typeof EVENT_SCHEMA>, order: Uint32Array, copier: RowCopier): void {
  const spare = columns.add(), { arrays } = columns;
  for (let begin = 0; begin < order.length; begin++) {
    if (order[begin] === begin) continue;
    copyEvent(copier, arrays, begin, spare);
    let at = begin;
    for (let from = order[at]; from !== begin; from = order[at]) {
      copyEvent(copier, arrays, from, at);
      order[at] = at;
      at = from;
    }
    copyEvent(copier, arrays, spare, at);
    order[at] = at;
  }
  columns.length--;
}

function copyEvent(copier: RowCopier, arrays: EventArrays, from: number, to: number): void {
  copier.copy(arrays, from, arrays, to);
  arrays.timeNs[to] = arrays.timeNs[from];
  arrays.kind[to] = arrays.kind[from];
}

function isWeakEnd(arrays: EventArrays, row: number): boolean {
  return (arrays.kind[row] === EventKind.closed || arrays.kind[row] === EventKind.failed) &&
    arrays.how[row] <= OwnerHow.listener;
}
