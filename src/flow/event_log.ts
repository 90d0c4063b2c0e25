import type { TcpRecord, TcpReset } from "../decode/cursor.ts";
import { OwnerHow } from "../wire/layout.ts";
import { type Arrays, Columns, FLOW_SCHEMA, type FlowArrays, unpack } from "./columns.ts";
import { CookieIndex } from "./cookie_index.ts";
import { copyRow } from "./copy_row.ts";
import type { Drops } from "./drop_list.ts";

/** A flow as it was at the moment of the event, and the moment. */
const EVENT_SCHEMA = { ...FLOW_SCHEMA, timeNs: "f64", kind: "u8" } as const;

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

/** Rows for which memory is kept from batch to batch: that of a burst is given back. */
const SPARE_MOST = 1 << 13;
/** Places that rows are moved by, for each of them, where they are nearly in order. */
const FEW_MOVES = 8;

/** What crosses to the main thread; `events` is for unpackEvents(). */
export interface PackedEvents {
  readonly length: number;
  /** Memory for `rows` of them, as it was filled: nothing is copied. It may come back by giveBack(). */
  readonly events: ArrayBuffer;
  readonly rows: number;
  /** By the column `drops`, as Sample has them. */
  readonly drops: ReadonlyMap<number, Drops>;
  /** Events since the last batch that found no room because nobody took the ones before. */
  readonly dropped: number;
}

/** Events in the order in which they came. */
class Batch {
  /** Rows of ends whose owner may still come in a later record, by cookie. */
  weak = new CookieIndex();

  constructor(readonly columns: Columns<typeof EVENT_SCHEMA>) {}

  get length(): number {
    return this.columns.length;
  }
  get arrays(): EventArrays {
    return this.columns.arrays;
  }

  add(kind: number, flows: FlowArrays, row: number, timeNs: number): void {
    const at = this.columns.add(), arrays = this.columns.arrays;
    copyRow(flows, row, arrays, at);
    arrays.timeNs[at] = timeNs;
    arrays.kind[at] = kind;
    if (isWeakEnd(arrays, at)) this.weak.set(arrays.cookieLow[at], arrays.cookieHigh[at], at);
  }

  clear(): void {
    this.columns.reset();
    if (this.weak.size > 0) this.weak = new CookieIndex();
  }

  take({ arrays, length }: Batch): void {
    const { kind, timeNs } = arrays;
    for (let row = 0; row < length; row++) this.add(kind[row], arrays, row, timeNs[row]);
  }
}

/**
 * Connections that opened and ended, in the order of their times. Events wait for one drain: processors write to the ring
 * in an order that may differ a little from that of the times, and who held a connection that was reset comes in a record
 * behind that of its end. Never holds more than `capacity`: further events are counted, not kept.
 */
export class EventLog {
  /** Those that have waited for a drain, and those of this drain that belong before them. */
  #due = new Batch(new Columns(EVENT_SCHEMA));
  #waiting = new Batch(new Columns(EVENT_SCHEMA));
  /** Memory of a batch that was told. */
  #spare: Columns<typeof EVENT_SCHEMA> | null = null;
  #newestNs = 0;
  #dueNs = 0;
  #dropped = 0;
  /** Lists of the rows that wait: a flow may be forgotten meanwhile. They go on growing. */
  #drops = new Map<number, Drops>();
  dropsOf: (id: number) => Drops | undefined = () => undefined;

  constructor(readonly capacity = 1 << 16) {}

  add(kind: EventKind, flows: FlowArrays, row: number, timeNs: number): void {
    this.#newestNs = Math.max(this.#newestNs, timeNs);
    if (this.#due.length + this.#waiting.length >= this.capacity) {
      this.#dropped++;
      return;
    }
    const batch = timeNs <= this.#dueNs ? this.#due : this.#waiting;
    batch.add(kind, flows, row, timeNs);
    this.#keepDrops(flows.drops[row]);
  }

  /** The row of the table has its first drop. It may have ended just before: the kernel counts drops apart from telling of ends. */
  dropped(flows: FlowArrays, row: number): void {
    if (!flows.closed[row]) return;
    const id = flows.drops[row];
    for (const { arrays, length } of [this.#due, this.#waiting]) {
      for (let at = 0; at < length; at++) {
        const isSame = arrays.cookieLow[at] === flows.cookieLow[row] && arrays.cookieHigh[at] === flows.cookieHigh[row];
        if (!isSame || arrays.kind[at] === EventKind.opened || arrays.openedNs[at] !== flows.openedNs[row]) continue;
        arrays.drops[at] = id;
        this.#keepDrops(id);
      }
    }
  }

  #keepDrops(id: number): void {
    const list = id === 0 ? undefined : this.dropsOf(id);
    if (list !== undefined) this.#drops.set(id, list);
  }

  /** The owner of a connection that has ended has become known, and is in its row of the table. */
  owner(record: TcpRecord, flows: FlowArrays, row: number): void {
    for (const { weak, arrays } of [this.#waiting, this.#due]) {
      const at = weak.size === 0 ? -1 : weak.get(record.cookieLow, record.cookieHigh);
      if (at < 0 || arrays.openedNs[at] !== record.openedNs) continue;
      copyRow(flows, row, arrays, at);
      return;
    }
  }

  /** The reset of a connection that has just ended is in the row of its end too, if that still waits. It is among the last. */
  reset(record: TcpReset): void {
    const first = Math.max(0, this.#due.length + this.#waiting.length - RESET_BEHIND);
    if (this.#resetIn(this.#waiting, record, Math.max(0, first - this.#due.length))) return;
    this.#resetIn(this.#due, record, first);
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
    for (const { arrays, length } of [this.#waiting, this.#due]) {
      for (let at = length - 1; at >= 0; at--) {
        if (arrays.cookieLow[at] !== flows.cookieLow[row] || arrays.cookieHigh[at] !== flows.cookieHigh[row]) continue;
        if (arrays.kind[at] === EventKind.closed && arrays.openedNs[at] === flows.openedNs[row]) {
          arrays.peerKilled[at] = 1;
        }
        return;
      }
    }
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

  /** Events that have waited for a drain, or all; null if there is nothing to tell. Call it before drained(). */
  take(all: boolean): PackedEvents | null {
    const due = this.#due, { columns } = due;
    if (all && this.#waiting.length > 0) {
      due.take(this.#waiting);
      this.#waiting.clear();
    }
    if (due.length === 0 && this.#dropped === 0) return null;
    sortRows(columns);
    const batch = {
      length: columns.length,
      events: columns.arrays.timeNs.buffer,
      rows: columns.capacity,
      drops: this.#takeDrops(columns.arrays, columns.length),
      dropped: this.#dropped,
    };
    this.#dropped = 0;
    this.#due = new Batch(this.#spare ?? new Columns(EVENT_SCHEMA));
    this.#spare = null;
    return batch;
  }

  /** Memory of a batch that nobody needs any more. */
  giveBack(events: ArrayBuffer, rows: number): void {
    if (rows <= SPARE_MOST) this.#spare = new Columns(EVENT_SCHEMA, rows, events);
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
    const waiting = this.#waiting.arrays.drops.subarray(0, this.#waiting.length);
    for (const id of this.#drops.keys()) if (!waiting.includes(id)) this.#drops.delete(id);
    return found;
  }
}

export function unpackEvents({ events, rows }: Pick<PackedEvents, "events" | "rows">): EventArrays {
  return unpack(EVENT_SCHEMA, events, rows);
}

/** Into the order of their times; those of one time stay in that in which they came. Most are in it: only the others are moved. */
function sortRows(columns: Columns<typeof EVENT_SCHEMA>): void {
  const { timeNs } = columns.arrays, length = columns.length;
  let first = 1;
  while (first < length && timeNs[first - 1] <= timeNs[first]) first++;
  if (first >= length) return;
  const order = new Uint32Array(length).map((_, row) => row);
  let moves = 0;
  for (let row = first; row < length && moves <= FEW_MOVES * length; row++) {
    let at = row;
    for (; at > 0 && timeNs[order[at - 1]] > timeNs[row]; at--) order[at] = order[at - 1];
    order[at] = row;
    moves += row - at;
  }
  if (moves > FEW_MOVES * length) {
    order.forEach((_, row) => order[row] = row);
    order.sort((a, b) => timeNs[a] - timeNs[b] || a - b);
  }
  arrange(columns, order);
}

/** Row order[i] goes to i: round each circle of rows that take one another's places, the first of which waits in a row at the end. */
function arrange(columns: Columns<typeof EVENT_SCHEMA>, order: Uint32Array): void {
  const spare = columns.add(), { arrays } = columns;
  for (let begin = 0; begin < order.length; begin++) {
    if (order[begin] === begin) continue;
    copyEvent(arrays, begin, spare);
    let at = begin;
    for (let from = order[at]; from !== begin; from = order[at]) {
      copyEvent(arrays, from, at);
      order[at] = at;
      at = from;
    }
    copyEvent(arrays, spare, at);
    order[at] = at;
  }
  columns.length--;
}

function copyEvent(arrays: EventArrays, from: number, to: number): void {
  copyRow(arrays, from, arrays, to);
  arrays.timeNs[to] = arrays.timeNs[from];
  arrays.kind[to] = arrays.kind[from];
}

function isWeakEnd(arrays: EventArrays, row: number): boolean {
  return (arrays.kind[row] === EventKind.closed || arrays.kind[row] === EventKind.failed) &&
    arrays.how[row] <= OwnerHow.listener;
}
