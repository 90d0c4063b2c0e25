import type { TickRecord, UdpOwner, UdpRecord } from "../decode/cursor.ts";
import { Carries, Direction, UdpState as RecordState } from "../wire/layout.ts";
import { isLoopback, isV4Mapped, unmapV4 } from "./address.ts";
import { ANSWER_SCHEMA } from "./answers.ts";
import { type Arrays, asWords, Columns, FLOW_SCHEMA, Protocol } from "./columns.ts";
import { END_SCHEMA, EndIndex } from "./end_index.ts";
import type { Count } from "./drops.ts";
import { INSIDE_SCHEMA } from "./inside.ts";
import { Limit } from "./limit.ts";
import { copyOwner } from "./owner.ts";
import type { StateReader, StateWriter } from "./state.ts";
import { UdpIndex } from "./udp_index.ts";
import { UdpOwners } from "./udp_owners.ts";

/** What the table alone needs of a row. */
const UDP_SCHEMA = {
  ...FLOW_SCHEMA,
  ...ANSWER_SCHEMA,
  ...INSIDE_SCHEMA,
  ...END_SCHEMA,
  /** The byte counts at the last sample. */
  rxBefore: "f64",
  txBefore: "f64",
  droppedBefore: "f64",
  /** Datagrams of this sample that were lost since the socket's queue was full. */
  notRead: "f64",
  /** Number of the last snapshot that told of it. */
  seen: "u32",
  /** 1: it goes on until its record says otherwise; 0: until a snapshot does not tell of it. */
  kept: "u8",
} as const;

/** The values of `state`. */
export const UdpState = { active: 1, idle: 2, expired: 3 } as const;

/** A flow that has moved since the last sample is active, and one that moved less than this ago. */
const IDLE_AFTER_NS = 1e9;

/** Every UDP flow that goes on, and those that ended since the last sample. */
export class UdpTable {
  readonly protocol = Protocol.udp;
  readonly ends = new EndIndex();
  readonly #columns = new Columns(UDP_SCHEMA);
  #index = new UdpIndex();
  readonly #gone: number[] = [];
  readonly #remote = new Uint8Array(16);
  readonly #local = new Uint8Array(16);
  readonly #remoteWords = asWords(this.#remote);
  readonly #localWords = asWords(this.#local);
  #owners = new UdpOwners();
  #ownersBefore = new UdpOwners();
  #snapshot = 1;
  #sampleNs = 0;
  #timeNs = 0;
  #begun = false;
  /** Why packets are dropped is told. */
  dropsKnown = false;

  /** Rows 0 to length-1 hold the flows. */
  get length(): number {
    return this.#columns.length;
  }
  get arrays(): Arrays<typeof UDP_SCHEMA> {
    return this.#columns.arrays;
  }

  /** It is of no use any more: the memory of its rows goes back. */
  release(): void {
    this.#columns.release();
  }

  flow(record: UdpRecord): void {
    const family = this.#readAddresses(record);
    let row = this.#find(record);
    if (row >= 0 && this.#columns.arrays.openedNs[row] !== record.firstNs) {
      this.#end(row);
      row = -1;
    }
    if (row < 0) row = this.#add(record, family);
    else if (this.#columns.arrays.localPort[row] !== record.localPort) this.#move(row, record);
    const c = this.#columns.arrays;
    c.rxBytes[row] = record.rxBytes;
    c.txBytes[row] = record.txBytes;
    c.rxPackets[row] = record.rxPackets;
    c.txPackets[row] = record.txPackets;
    c.rxDroppedBytes[row] = record.rxDroppedBytes;
    c.rxDroppedPackets[row] = record.rxDroppedPackets;
    c.lastNs[row] = record.lastNs;
    c.unknown[row] = record.unknown;
    c.seen[row] = this.#snapshot;
    c.kept[row] = record.state === RecordState.listed ? 0 : 1;
    if (!c.kept[row]) this.#own(row, record); // whoever lists them knows of no other record
    if (record.state === RecordState.expired || record.state === RecordState.evicted) this.#end(row);
  }

  rowOfDrops(count: Count): number {
    if (count.protocol !== Protocol.udp) return -1;
    const out = count.direction === Direction.outbound;
    return this.#index.get(this.#columns.arrays, {
      cookieLow: count.cookieLow,
      cookieHigh: count.cookieHigh,
      remotePort: out ? count.destinationPort : count.sourcePort,
      scope: count.scope,
      remote: out ? count.destination : count.source,
      at: 0,
    });
  }

  notRead(row: number, packets: number): void {
    this.#columns.arrays.notRead[row] += packets;
  }

  /** Flows of the socket that began before the record was written belong to its owner. */
  owner(record: UdpOwner): void {
    this.#owners.add(record);
  }

  /** Owners that came since the last tick. */
  get waitingOwners(): number {
    return this.#owners.size;
  }

  /** Ends a snapshot. */
  tick(tick: TickRecord): void {
    const c = this.#columns.arrays;
    this.#timeNs = tick.timeNs;
    for (let row = 0; row < this.length; row++) {
      if (!c.closed[row] && !c.kept[row] && c.seen[row] !== this.#snapshot) this.#end(row);
    }
    if (this.#owners.size > 0) { for (let row = 0; row < this.length; row++) this.#owners.apply(c, row); }
    // A flow that began before the owner was known may be told of only by the next snapshot.
    if (this.#owners.size > 0 || this.#ownersBefore.size > 0) {
      this.#ownersBefore = this.#owners;
      this.#owners = new UdpOwners();
    }
    this.#snapshot = this.#snapshot === 0xffffffff ? 1 : this.#snapshot + 1;
    if (!this.#begun) {
      this.#begun = true;
      this.settle();
    }
  }

  /** Fills the delta columns and the states for the sample that is about to be taken. */
  measure(): void {
    const c = this.#columns.arrays;
    for (let row = 0; row < this.length; row++) {
      // A datagram that was counted as come in, and then lost, is subtracted in the next record.
      c.rxDelta[row] = Math.max(0, c.rxBytes[row] - c.rxBefore[row]);
      c.rxDroppedDelta[row] = Math.max(0, c.rxDroppedPackets[row] - c.droppedBefore[row]);
      c.txDelta[row] = c.txBytes[row] - c.txBefore[row];
      // Without reasons a filter of the socket's own cannot be told from a full queue.
      c.limitedBy[row] = (this.dropsKnown ? c.notRead[row] : c.rxDroppedDelta[row]) > 0 ? Limit.reader : Limit.unknown;
      const moved = c.lastNs[row] > this.#sampleNs || this.#timeNs - c.lastNs[row] < IDLE_AFTER_NS;
      c.state[row] = c.closed[row] ? UdpState.expired : moved ? UdpState.active : UdpState.idle;
    }
  }

  /** As of the last measure(): none becomes idle by time alone. */
  get areIdle(): boolean {
    const { state } = this.#columns.arrays;
    for (let row = 0; row < this.length; row++) if (state[row] === UdpState.active) return false;
    return true;
  }

  /** Call once the sample is taken: its end is the next one's beginning, and what ended leaves. */
  settle(): void {
    const c = this.#columns.arrays, gone = this.#gone;
    gone.length = 0;
    for (let row = 0; row < this.length; row++) {
      if (c.closed[row]) gone.push(row);
      else {
        c.rxBefore[row] = Math.max(c.rxBefore[row], c.rxBytes[row]);
        c.droppedBefore[row] = Math.max(c.droppedBefore[row], c.rxDroppedPackets[row]);
        c.txBefore[row] = c.txBytes[row];
        c.notRead[row] = 0;
      }
    }
    // What has ended is in the index no more, and is not among those that move.
    if (gone.length > 0) this.#remove(gone);
    this.#sampleNs = this.#timeNs;
    this.#columns.shrink();
  }

  #remove(gone: readonly number[]): void {
    const c = this.#columns.arrays;
    for (const row of gone) this.ends.delete(c, row);
    this.#columns.removeRows(gone, (from, to) => {
      this.#index.move(c, this.#keyOf(from), to);
      this.ends.move(c, from, to);
    });
  }

  save(to: StateWriter): void {
    this.#columns.save(to, "udp", ["endHash"]);
    to.list("udp", [this.#snapshot, this.#sampleNs, this.#timeNs, this.#begun, this.dropsKnown]);
    to.list("udp owners", this.#ownersBefore.list());
  }

  /** Throws a StateError, and is then as it was. */
  load(from: StateReader): void {
    this.#columns.load(from, "udp");
    const [snapshot, sampleNs, timeNs, begun, dropsKnown] = from.list("udp").map(Number);
    this.#snapshot = snapshot || 1;
    this.#sampleNs = sampleNs || 0;
    this.#timeNs = timeNs || 0;
    this.#begun = begun === 1;
    this.dropsKnown = dropsKnown === 1;
    this.#owners = new UdpOwners();
    this.#ownersBefore = UdpOwners.of(from.list("udp owners"));
    this.ends.load(this.#columns.arrays, this.length);
    this.#index = new UdpIndex();
    for (let row = 0; row < this.length; row++) {
      if (!this.#columns.arrays.closed[row]) this.#index.add(this.#keyOf(row), row);
    }
  }

  /** Into #local and #remote, v4-mapped ones as IPv4. Returns the family. */
  #readAddresses(record: UdpRecord): number {
    record.copyLocalAddress(this.#localWords, 0);
    record.copyRemoteAddress(this.#remoteWords, 0);
    if (record.family !== 6 || !isV4Mapped(this.#remote, 0)) return record.family;
    unmapV4(this.#remote, 0);
    unmapV4(this.#local, 0);
    return 4;
  }

  #find({ cookieLow, cookieHigh, remotePort, scope }: UdpRecord): number {
    return this.#index.get(this.#columns.arrays, {
      cookieLow,
      cookieHigh,
      remotePort,
      scope,
      remote: this.#remote,
      at: 0,
    });
  }

  #add(record: UdpRecord, family: number): number {
    const row = this.#columns.add(), c = this.#columns.arrays, at = row * 16;
    c.cookieLow[row] = record.cookieLow;
    c.cookieHigh[row] = record.cookieHigh;
    c.protocol[row] = record.carries === Carries.quic ? Protocol.quic : Protocol.udp;
    c.family[row] = family;
    c.localPort[row] = record.localPort;
    c.remotePort[row] = record.remotePort;
    c.scope[row] = record.scope;
    c.localAddress.set(this.#local, at);
    c.remoteAddress.set(this.#remote, at);
    c.loopback[row] = isLoopback(family, c.localAddress, c.remoteAddress, at) ? 1 : 0;
    c.direction[row] = record.direction;
    c.openedNs[row] = record.firstNs;
    if (record.firstNs === 0) {
      // Older than the source: what it moved before belongs to no sample.
      c.rxBefore[row] = record.rxBytes;
      c.txBefore[row] = record.txBytes;
      c.droppedBefore[row] = record.rxDroppedPackets;
    }
    this.#own(row, record);
    this.#index.add(this.#keyOf(row), row);
    this.ends.lacks(row);
    return row;
  }

  /** Its socket has another port now, which is another peer's remote one. */
  #move(row: number, record: UdpRecord): void {
    const c = this.#columns.arrays;
    this.ends.delete(c, row);
    this.ends.lacks(row);
    c.pair[row] = c.via[row] = 0;
    c.localPort[row] = record.localPort;
    c.localAddress.set(this.#local, row * 16);
  }

  #own(row: number, record: UdpRecord): void {
    const c = this.#columns.arrays;
    copyOwner(record, c, this.#columns.words.comm, row);
    c.netns[row] = record.netns;
    this.#ownersBefore.apply(c, row);
  }

  /** The row stays for the sample, but is not found any more: its socket may begin another flow with the same peer. */
  #end(row: number): void {
    const c = this.#columns.arrays;
    this.#index.delete(c, this.#keyOf(row));
    c.closed[row] = 1;
  }

  #keyOf(row: number) {
    const c = this.#columns.arrays;
    return {
      cookieLow: c.cookieLow[row],
      cookieHigh: c.cookieHigh[row],
      remotePort: c.remotePort[row],
      scope: c.scope[row],
      remote: c.remoteAddress,
      at: row * 16,
    };
  }
}
