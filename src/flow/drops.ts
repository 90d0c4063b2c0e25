/** What this machine's kernel threw away: counts of its own, which only grow, put on the flows that the packets belong to. */
import type { DroppedRecord } from "../decode/cursor.ts";
import { Direction } from "../wire/layout.ts";
import { isUnspecified } from "./address.ts";
import type { Arrays, FLOW_SCHEMA } from "./columns.ts";
import type { Drop, Drops, DropTotal } from "./drop_list.ts";
import type { StateReader, StateWriter } from "./state.ts";
import { TcpState } from "../wire/tcp_state.ts";

type Changing<T> = { -readonly [F in keyof T]: T[F] };

/** One count of the kernel's, as far as it was told, and what of it is on no flow yet. */
export interface Count {
  readonly key: string;
  readonly cookieLow: number;
  readonly cookieHigh: number;
  readonly protocol: number;
  /** 0: of flows for which the kernel's table had no room. */
  readonly family: number;
  readonly direction: number;
  readonly reason: string;
  readonly netns: number;
  readonly scope: number;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly source: Uint8Array;
  readonly destination: Uint8Array;
  firstNs: number;
  packets: number;
  bytes: number;
  lastNs: number;
  newPackets: number;
  newBytes: number;
  /** It has found no flow at the last tick, and may be of one that is younger than that. */
  waits: boolean;
}

/** Twice what the kernel's table holds: what was forgotten here must not be told again there. */
const MOST_COUNTS = 16_384;
/** By these datagrams are lost because nobody reads them. */
const QUEUE_REASONS: ReadonlySet<string> = new Set(["socket_rcvbuff", "socket_backlog", "proto_mem"]);

export type DropRows = Arrays<typeof FLOW_SCHEMA>;

/** Where a table keeps what it knows of a count's flow. */
export interface DropTable {
  readonly length: number;
  readonly arrays: DropRows;
  /** The row of a count that has a cookie; -1: there is none. */
  rowOfDrops(count: Count): number;
  /** Datagrams were lost because nobody reads them. */
  notRead?(row: number, packets: number): void;
}

export class DropBook {
  readonly #counts = new Map<string, Count>();
  /** With new packets that are on no flow yet. */
  readonly #waiting = new Set<Count>();
  /** Of these, those that have a cookie. */
  readonly #named = new Set<Count>();
  readonly #lists = new Map<number, Changing<Drop>[]>();
  readonly #totals = new Map<string, Changing<DropTotal>>();
  #last = 0;
  #untold = 0;

  /** `attached` is told of a row that has its first drop, and of its list, which goes on growing. */
  constructor(
    readonly tables: readonly DropTable[],
    readonly attached: (rows: DropRows, row: number) => void = () => {},
  ) {}

  /** Packets whose flow is not known since the kernel's table was full. */
  get untold(): number {
    return this.#untold;
  }

  listOf(id: number): Drops | undefined {
    return this.#lists.get(id);
  }

  add(record: DroppedRecord): void {
    const count = this.#countOf(record);
    const { firstNs, packets, bytes } = record, again = firstNs !== count.firstNs;
    count.newPackets += Math.max(0, packets - (again ? 0 : count.packets));
    count.newBytes += Math.max(0, bytes - (again ? 0 : count.bytes));
    count.firstNs = firstNs;
    count.packets = packets;
    count.bytes = bytes;
    count.lastNs = record.lastNs;
    if (count.newPackets === 0) return;
    if (!hasCookie(count) || !this.#attachByCookie(count)) this.#wait(count);
  }

  /** Before a connection's end is told: what waits for it. */
  ending(cookieLow: number, cookieHigh: number): void {
    for (const count of this.#named) {
      if (count.cookieLow === cookieLow && count.cookieHigh === cookieHigh) this.#tryAgain(count);
    }
  }

  /** After a drain: a connection that has ended may be told of before the next tick. */
  drained(): void {
    if (this.#waiting.size > 0) this.#attachByEnds(hasEnded);
  }

  /** At the end of a snapshot, which has told of every flow that there was when it began: what belongs to none is in the totals alone. Drops are read
   * last, so one may be of a flow that is younger, and waits for the next. */
  tick(beginNs: number): void {
    if (this.#waiting.size === 0) return;
    for (const count of this.#named) this.#tryAgain(count);
    if (this.#waiting.size > 0) this.#attachByEnds();
    for (const count of this.#waiting) {
      if (count.family !== 0 && count.lastNs >= beginNs && !count.waits) {
        count.waits = true;
        continue;
      }
      if (count.family === 0) this.#untold += count.newPackets;
      this.#total(count, directionName(count.direction), true);
      this.#settled(count);
    }
  }

  /** The lists of all rows that have one, and what was dropped since the last call. */
  take(): { lists: Map<number, Drops>; totals: DropTotal[] } {
    const totals = [...this.#totals.values()], lists = new Map<number, Drops>();
    this.#totals.clear();
    for (const [id, list] of this.#lists) lists.set(id, list.map((drop) => ({ ...drop })));
    return { lists, totals };
  }

  /** Forgets the lists of flows that are in no table any more. */
  settle(): void {
    if (this.#lists.size === 0) return;
    const alive = new Set<number>();
    for (const { length, arrays } of this.tables) {
      for (let row = 0; row < length; row++) if (arrays.drops[row] !== 0) alive.add(arrays.drops[row]);
    }
    for (const id of this.#lists.keys()) if (!alive.has(id)) this.#lists.delete(id);
  }

  /** As it is behind a tick(). */
  save(to: StateWriter): void {
    to.list("drops", [this.#last, this.#untold]);
    to.list("drop counts", [...this.#counts.values()].map((count) => ({ ...count, ...bytesOf(count) })));
    to.list("drop lists", [...this.#lists]);
    to.list("drop totals", [...this.#totals]);
  }

  load(from: StateReader): void {
    const [last, untold] = from.list("drops").map(Number);
    this.#last = last || 0;
    this.#untold = untold || 0;
    this.#waiting.clear();
    this.#named.clear();
    replace(this.#counts, from.list("drop counts").map(countOf).map((count) => [count.key, count]));
    for (const count of this.#counts.values()) if (count.newPackets > 0) this.#wait(count);
    replace(this.#lists, pairs(from.list("drop lists")).map(([id, list]) => [Number(id), dropsOf(list)]));
    replace(
      this.#totals,
      pairs(from.list("drop totals")).map(([key, total]) => [String(key), dropsOf([total])[0] as DropTotal]),
    );
  }

  #countOf(record: DroppedRecord): Count {
    const source = new Uint8Array(16), destination = new Uint8Array(16);
    record.copySource(source, 0);
    record.copyDestination(destination, 0);
    const { cookieLow, cookieHigh, protocol, family, direction, netns, scope, sourcePort, destinationPort } = record;
    const reason = record.reason().toLowerCase();
    const key = [cookieLow, cookieHigh, protocol, family, direction, netns, scope, sourcePort, destinationPort, reason]
      .join() + String.fromCharCode(...source, ...destination);
    const known = this.#counts.get(key);
    if (known !== undefined) {
      this.#counts.delete(key);
      this.#counts.set(key, known); // the one told last stands last
      return known;
    }
    const made: Count = {
      ...{ key, cookieLow, cookieHigh, protocol, family, direction, reason, netns, scope, sourcePort, destinationPort },
      ...{ source, destination, firstNs: 0, packets: 0, bytes: 0, newPackets: 0, newBytes: 0, lastNs: 0, waits: false },
    };
    this.#counts.set(key, made);
    if (this.#counts.size - this.#waiting.size > 2 * MOST_COUNTS) this.#forget();
    return made;
  }

  /** Those told longest ago, many at once: a pass for each new one would take all the time there is in a flood. What waits stays, and counts for
   * nothing here: else what the kernel's table still has, and tells again, would have to go in its place, and be counted twice. */
  #forget(): void {
    for (const [key, count] of this.#counts) {
      if (this.#counts.size - this.#waiting.size <= MOST_COUNTS) return;
      if (!this.#waiting.has(count)) this.#counts.delete(key);
    }
  }

  #wait(count: Count): void {
    this.#waiting.add(count);
    if (hasCookie(count)) this.#named.add(count);
  }

  #settled(count: Count): void {
    this.#waiting.delete(count);
    this.#named.delete(count);
  }

  #tryAgain(count: Count): void {
    if (this.#attachByCookie(count)) this.#settled(count);
  }

  #attachByCookie(count: Count): boolean {
    for (const table of this.tables) {
      const row = table.rowOfDrops(count);
      if (row < 0) continue;
      this.#attach(count, table, row, directionName(count.direction));
      return true;
    }
    return false;
  }

  /** By the packets' own ends, in their network namespace: the flow that was to have them; else the one that sent them, as over loopback; else the
   * listener. One pass over all rows. `fits`: the rows that get theirs now. */
  #attachByEnds(fits: (rows: DropRows, row: number) => boolean = () => true): void {
    const wanted = new Set<number>(), rows = new Map<number, [DropTable, number][]>();
    for (const { sourcePort: from, destinationPort: to } of this.#waiting) {
      wanted.add(ends(from, to)).add(ends(to, from)).add(ends(to, 0));
    }
    for (const table of this.tables) {
      const { localPort, remotePort } = table.arrays;
      for (let row = 0; row < table.length; row++) {
        const key = ends(localPort[row], remotePort[row]);
        if (!wanted.has(key)) continue;
        const known = rows.get(key);
        if (known === undefined) rows.set(key, [[table, row]]);
        else known.push([table, row]);
      }
    }
    if (rows.size === 0) return;
    const search = (key: number, count: Count, is: typeof sends) =>
      rows.get(key)?.find(([{ arrays }, row]) => is(count, arrays, row));
    for (const count of this.#waiting) {
      const { sourcePort: from, destinationPort: to } = count;
      const receiver = search(ends(to, from), count, receives),
        sender = receiver ?? search(ends(from, to), count, sends);
      const found = sender ?? search(ends(to, 0), count, listens);
      if (found === undefined || !fits(found[0].arrays, found[1])) continue;
      this.#attach(count, ...found, sender !== undefined && receiver === undefined ? "out" : "in");
      this.#settled(count);
    }
  }

  #attach(count: Count, table: DropTable, row: number, direction: Drop["direction"]): void {
    const c = table.arrays;
    let list = this.#lists.get(c.drops[row]);
    if (list === undefined) {
      c.drops[row] = this.#last = this.#last === 0xffffffff ? 1 : this.#last + 1;
      this.#lists.set(this.#last, list = []);
      this.attached(c, row);
    }
    add(list, count, direction);
    c.dropPackets[row] += count.newPackets;
    c.dropBytes[row] += count.newBytes;
    if (direction === "in" && QUEUE_REASONS.has(count.reason)) table.notRead?.(row, count.newPackets);
    this.#total(count, direction, false);
  }

  /** And the count has nothing new any more. */
  #total(count: Count, direction: Drop["direction"], withoutFlow: boolean): void {
    const key = `${direction} ${count.reason}`;
    let total = this.#totals.get(key);
    if (total === undefined) {
      total = { reason: count.reason, direction, packets: 0, bytes: 0, withoutFlow: 0 };
      this.#totals.set(key, total);
    }
    total.packets += count.newPackets;
    total.bytes = (total.bytes ?? 0) + count.newBytes;
    if (withoutFlow) total.withoutFlow += count.newPackets;
    count.newPackets = count.newBytes = 0;
    count.waits = false;
  }
}

const hasCookie = ({ cookieLow, cookieHigh }: Count) => cookieLow !== 0 || cookieHigh !== 0;

const hasEnded = ({ closed }: DropRows, row: number) => closed[row] === 1;

const bytesOf = ({ source, destination }: Count) => ({ source: [...source], destination: [...destination] });

function replace<K, V>(map: Map<K, V>, entries: readonly (readonly [K, V])[]): void {
  map.clear();
  for (const [key, value] of entries) map.set(key, value);
}

const pairs = (list: readonly unknown[]) => list.filter((one) => Array.isArray(one)) as [unknown, unknown][];

/** What was saved, with every field of the right type. */
function countOf(saved: unknown): Count {
  const from = (saved ?? {}) as Record<string, unknown>, number = (name: string) => Number(from[name]) || 0;
  const bytes = (name: string) => {
    const list = from[name];
    return Uint8Array.from({ length: 16 }, (_, i) => Array.isArray(list) ? Number(list[i]) || 0 : 0);
  };
  const names = ["cookieLow", "cookieHigh", "protocol", "family", "direction", "netns", "scope", "sourcePort"];
  const more = ["destinationPort", "firstNs", "packets", "bytes", "newPackets", "newBytes"];
  return {
    ...Object.fromEntries([...names, ...more].map((name) => [name, number(name)])),
    key: String(from.key),
    reason: String(from.reason),
    source: bytes("source"),
    destination: bytes("destination"),
  } as unknown as Count;
}

function dropsOf(list: unknown): Changing<DropTotal>[] {
  return (Array.isArray(list) ? list : []).map((one) => {
    const { reason, direction, packets, bytes, withoutFlow } = (one ?? {}) as Record<string, unknown>;
    return {
      reason: typeof reason === "string" ? reason : null,
      direction: direction === "in" || direction === "out" ? direction : null,
      packets: Number(packets) || 0,
      bytes: typeof bytes === "number" ? bytes : null,
      ...typeof withoutFlow === "number" ? { withoutFlow } : {},
    } as Changing<DropTotal>;
  });
}

function add(list: Changing<Drop>[], { reason, newPackets, newBytes }: Count, direction: Drop["direction"]): void {
  const known = list.find((drop) => drop.reason === reason && drop.direction === direction);
  if (known === undefined) {
    list.push({ reason, direction, packets: newPackets, bytes: newBytes });
    return;
  }
  known.packets += newPackets;
  known.bytes = (known.bytes ?? 0) + newBytes;
}

function directionName(direction: number): Drop["direction"] {
  return direction === Direction.outbound ? "out" : direction === Direction.inbound ? "in" : null;
}

const ends = (localPort: number, remotePort: number) => localPort * 65536 + remotePort;

const same = (a: Uint8Array, at: number, b: Uint8Array) => {
  for (let i = 0; i < 16; i++) if (a[at + i] !== b[i]) return false;
  return true;
};

const isThere = ({ protocol, netns }: Count, c: DropRows, row: number) =>
  (protocol === 6) === (c.protocol[row] === 6) && (netns === c.netns[row] || netns === 0 || c.netns[row] === 0);

function hasEnds(c: DropRows, row: number, count: Count, local: Uint8Array, remote: Uint8Array, port: number): boolean {
  return isThere(count, c, row) && c.remotePort[row] === port && c.family[row] === count.family &&
    same(c.remoteAddress, row * 16, remote) &&
    (same(c.localAddress, row * 16, local) || isUnspecified(c.localAddress, row * 16));
}

function receives(count: Count, c: DropRows, row: number): boolean {
  return hasEnds(c, row, count, count.destination, count.source, count.sourcePort);
}

function sends(count: Count, c: DropRows, row: number): boolean {
  return hasEnds(c, row, count, count.source, count.destination, count.destinationPort);
}

/** A listener on :: takes IPv4 too. */
function listens(count: Count, c: DropRows, row: number): boolean {
  if (!isThere(count, c, row) || c.state[row] !== TcpState.LISTEN || c.protocol[row] !== 6) return false;
  return isUnspecified(c.localAddress, row * 16) ||
    c.family[row] === count.family && same(c.localAddress, row * 16, count.destination);
}
