import type { TcpRecord, TcpReset } from "../decode/cursor.ts";
import { OwnerHow } from "../wire/layout.ts";
import { type Arrays, Columns, FLOW_SCHEMA, type FlowArrays, pack, unpack } from "./columns.ts";
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

/** Rows for which memory is kept from batch to batch: those of a burst are given back. */
const SPARE_MOST = 1 << 13;

/** What crosses to the main thread; `events` is for unpackEvents(). */
export interface PackedEvents {
  readonly length: number;
  readonly events: ArrayBuffer;
  /** By the column `drops`, as Sample has them. */
  readonly drops: ReadonlyMap<number, Drops>;
  /** Events since the last batch that found no room because nobody took the ones before. */
  readonly dropped: number;
}

/**
 * Connections that opened and ended, in the order of their times. Events wait for one drain: processors write to the ring
 * in an order that may differ a little from that of the times, and who held a connection that was reset comes in a record
 * behind that of its end. Never holds more than `capacity`: further events are counted, not kept.
 */
export class EventLog {
  #waiting = new Columns(EVENT_SCHEMA);
  /** Takes turns with #waiting. */
  #other = new Columns(EVENT_SCHEMA);
  /** Rows of ends whose owner may still come in a later record, by cookie. */
  #weak = new CookieIndex();
  #newestNs = 0;
  #dueNs = 0;
  #dropped = 0;
  /** Lists of the rows that wait: a flow may be forgotten meanwhile. They go on growing. */
  #drops = new Map<number, Drops>();
  dropsOf: (id: number) => Drops | undefined = () => undefined;

  constructor(readonly capacity = 1 << 16) {}

  add(kind: EventKind, flows: FlowArrays, row: number, timeNs: number): void {
    this.#newestNs = Math.max(this.#newestNs, timeNs);
    if (this.#waiting.length >= this.capacity) {
      this.#dropped++;
      return;
    }
    const at = this.#waiting.add(), arrays = this.#waiting.arrays;
    copyRow(flows, row, arrays, at);
    arrays.timeNs[at] = timeNs;
    arrays.kind[at] = kind;
    this.#keepDrops(arrays.drops[at]);
    if (isWeakEnd(arrays, at)) this.#weak.set(arrays.cookieLow[at], arrays.cookieHigh[at], at);
  }

  /** The row of the table has its first drop. It may have ended just before: the kernel counts drops apart from telling of ends. */
  dropped(flows: FlowArrays, row: number): void {
    if (!flows.closed[row]) return;
    const arrays = this.#waiting.arrays, id = flows.drops[row];
    for (let at = 0; at < this.#waiting.length; at++) {
      const isSame = arrays.cookieLow[at] === flows.cookieLow[row] && arrays.cookieHigh[at] === flows.cookieHigh[row];
      if (!isSame || arrays.kind[at] === EventKind.opened || arrays.openedNs[at] !== flows.openedNs[row]) continue;
      arrays.drops[at] = id;
      this.#keepDrops(id);
    }
  }

  #keepDrops(id: number): void {
    const list = id === 0 ? undefined : this.dropsOf(id);
    if (list !== undefined) this.#drops.set(id, list);
  }

  /** The owner of a connection that has ended has become known, and is in its row of the table. */
  owner(record: TcpRecord, flows: FlowArrays, row: number): void {
    const at = this.#weak.get(record.cookieLow, record.cookieHigh), arrays = this.#waiting.arrays;
    if (at < 0 || arrays.openedNs[at] !== record.openedNs) return;
    const timeNs = arrays.timeNs[at], kind = arrays.kind[at];
    copyRow(flows, row, arrays, at);
    arrays.timeNs[at] = timeNs;
    arrays.kind[at] = kind;
  }

  /** The reset of a connection that has just ended is in the row of its end too, if that still waits. It is among the last. */
  reset(record: TcpReset): void {
    const { cookieLow, cookieHigh, openedNs, kind, resetWhy } = this.#waiting.arrays;
    const first = Math.max(0, this.#waiting.length - RESET_BEHIND);
    for (let at = this.#waiting.length - 1; at >= first; at--) {
      if (cookieLow[at] !== record.cookieLow || cookieHigh[at] !== record.cookieHigh) continue;
      const same = record.openedNs === 0 || openedNs[at] === record.openedNs;
      if (kind[at] === EventKind.closed && same) resetWhy[at] = record.why;
      return;
    }
  }

  /** The row of the table has ended because its other end was killed. Its event, if it still waits, is among the last. */
  peerKilled(flows: FlowArrays, row: number): void {
    const { cookieLow, cookieHigh, openedNs, kind, peerKilled } = this.#waiting.arrays;
    for (let at = this.#waiting.length - 1; at >= 0; at--) {
      if (cookieLow[at] !== flows.cookieLow[row] || cookieHigh[at] !== flows.cookieHigh[row]) continue;
      if (kind[at] === EventKind.closed && openedNs[at] === flows.openedNs[row]) peerKilled[at] = 1;
      return;
    }
  }

  /** Call it after each drain. */
  drained(): void {
    this.#dueNs = this.#newestNs;
  }

  /** Events that have waited for a drain, or all; null if there is nothing to tell. Call it before drained(). */
  take(all: boolean): PackedEvents | null {
    const rows: number[] = [], rest: number[] = [], { timeNs } = this.#waiting.arrays;
    for (let row = 0; row < this.#waiting.length; row++) (all || timeNs[row] <= this.#dueNs ? rows : rest).push(row);
    if (rows.length === 0 && this.#dropped === 0) return null;
    rows.sort((a, b) => timeNs[a] - timeNs[b]);
    const drops = this.#dropsAt(rows);
    const batch = {
      length: rows.length,
      events: pack(EVENT_SCHEMA, this.#waiting.arrays, rows),
      drops,
      dropped: this.#dropped,
    };
    this.#dropped = 0;
    this.#keep(rest);
    return batch;
  }

  /** The lists of these rows, which may have grown since they were put here: so do the sums. */
  #dropsAt(rows: readonly number[]): Map<number, Drops> {
    const { drops, dropPackets, dropBytes } = this.#waiting.arrays, found = new Map<number, Drops>();
    if (this.#drops.size === 0) return found;
    for (const row of rows) {
      const list = this.#drops.get(drops[row]);
      if (list === undefined) continue;
      found.set(drops[row], list);
      dropPackets[row] = list.reduce((sum, drop) => sum + drop.packets, 0);
      dropBytes[row] = list.reduce((sum, drop) => sum + (drop.bytes ?? 0), 0);
    }
    return found;
  }

  #keep(rows: readonly number[]): void {
    const taken = this.#waiting, before = taken.arrays;
    this.#waiting = this.#other.capacity <= SPARE_MOST ? this.#other : new Columns(EVENT_SCHEMA);
    this.#other = taken;
    this.#waiting.reset();
    if (this.#weak.size > 0) this.#weak = new CookieIndex();
    for (const row of rows) {
      const at = this.#waiting.add(), arrays = this.#waiting.arrays;
      copyRow(before, row, arrays, at);
      arrays.timeNs[at] = before.timeNs[row];
      arrays.kind[at] = before.kind[row];
      if (isWeakEnd(arrays, at)) this.#weak.set(arrays.cookieLow[at], arrays.cookieHigh[at], at);
    }
    const { drops } = this.#waiting.arrays, ids = new Set(rows.map((_, at) => drops[at]));
    for (const id of this.#drops.keys()) if (!ids.has(id)) this.#drops.delete(id);
  }
}

export function unpackEvents({ events, length }: PackedEvents): EventArrays {
  return unpack(EVENT_SCHEMA, events, length);
}

function isWeakEnd(arrays: EventArrays, row: number): boolean {
  return (arrays.kind[row] === EventKind.closed || arrays.kind[row] === EventKind.failed) &&
    arrays.how[row] <= OwnerHow.listener;
}
