/**
 * The two ends of a connection inside this machine: rows whose addresses and ports are each other's mirror image, in one network namespace or, where the
 * addresses are no loopback ones, in two of which there is no third. Looked for once, when an end appears; from then on both bear the pair's number.
 */
import { isScoped } from "./address.ts";
import { type FlowArrays, Protocol, Unknown } from "./columns.ts";
import { tellKilled } from "./end.ts";
import { type EndArrays, EndIndex } from "./end_index.ts";
import type { StateReader, StateWriter } from "./state.ts";
import { Direction } from "../wire/layout.ts";

/** The values of the column `via`. */
export const Via = { none: 0, direct: 1, nat: 2 } as const;

export interface PeerTable {
  readonly protocol: number;
  readonly length: number;
  readonly arrays: EndArrays;
  readonly ends: EndIndex;
}

/** So long after the client has ended the server's end may still appear: its handshake waits on another processor, or on the way. */
const LATE_NS = 1e9;
/** More than any time since the machine has started. */
const AFTER_ALL_NS = 1e18;

export class Peers {
  #pairs = 0;

  /** Finds the peers of the rows that have appeared since the last call. Returns them, until the next. */
  join(table: PeerTable): readonly number[] {
    const fresh: number[] = [], { ends, arrays: c } = table;
    const from = ends.behindFrom;
    ends.behindFrom = Infinity;
    for (let row = from; row < table.length; row++) {
      if (c.indexed[row] || !mayHavePeer(c, row)) continue;
      ends.add(c, row);
      fresh.push(row);
    }
    // Those of one namespace first: they are no rivals of the others any more.
    for (const row of fresh) if (c.pair[row] === 0) this.#joinOne(table, row, true);
    for (const row of fresh) if (c.pair[row] === 0 && !c.loopback[row]) this.#joinOne(table, row, false);
    return fresh;
  }

  save(to: StateWriter): void {
    to.number("pairs", this.#pairs);
  }

  load(from: StateReader): void {
    this.#pairs = from.number("pairs");
  }

  /** The two rows are one connection's ends. */
  pair(c: EndArrays, a: number, b: number, via: number): void {
    this.#pairs = this.#pairs === 0xffffffff ? 1 : this.#pairs + 1;
    c.pair[a] = c.pair[b] = this.#pairs;
    c.via[a] = c.via[b] = via;
    c.judged[a] = c.judged[b] = 0;
    tellKilled(c, a, b);
  }

  #joinOne(table: PeerTable, row: number, near: boolean): void {
    const c = table.arrays, mate = mateFor(table, row, near);
    if (mate >= 0) { if (mateFor(table, mate, near) === row) this.pair(c, row, mate, Via.direct); }
    else if (near && c.protocol[row] !== Protocol.tcp) this.#succeed(table, row);
  }

  /** A UDP flow that takes the place of an older one of another socket: a server that was started again, or one that has a socket for each client. */
  #succeed(table: PeerTable, row: number): void {
    const { arrays: c, ends } = table;
    let mate = -1, older = true;
    ends.each(c.endHash[row], (other) => {
      if (c.netns[other] === c.netns[row] && isMirror(c, row, other) && c.closed[other] === 0) mate = other;
    });
    ends.each(c.endHash[row], (other) => {
      if (mate >= 0 && other !== row && other !== mate && c.pair[other] === c.pair[mate]) {
        older &&= c.netns[other] === c.netns[row] && c.openedNs[other] <= c.openedNs[row];
      }
    });
    if (mate >= 0 && older) this.pair(c, row, mate, Via.direct);
  }
}

function mayHavePeer(c: EndArrays, row: number): boolean {
  if (c.remotePort[row] === 0 || c.localPort[row] === 0) return false;
  return c.protocol[row] === Protocol.tcp || !isForMany(c.family[row], c.remoteAddress, row * 16);
}

/** Multicast, and the address of everybody on the link: who else receives it is not known. */
function isForMany(family: number, bytes: Uint8Array, at: number): boolean {
  if (family === 6) return bytes[at] === 0xff;
  return (bytes[at] & 0xf0) === 0xe0 || bytes.subarray(at, at + 4).every((byte) => byte === 0xff);
}

/** The other end, if it can be no other; else -1. Of several, connections of the same addresses one after the other, the one that was opened next. */
function mateFor({ arrays: c, ends }: PeerTable, row: number, near: boolean): number {
  const hash = c.endHash[row];
  let mate = -1, apart = Infinity, netns = 0, several = false;
  for (let other = ends.first(hash); other >= 0; other = ends.next(hash, other)) {
    if (c.pair[other] !== 0 || near !== (c.netns[other] === c.netns[row])) continue;
    if (!isMirror(c, row, other) || near && !onOneLink(c, row, other) || !overlap(c, row, other)) continue;
    several ||= mate >= 0 && c.netns[other] !== netns;
    netns = c.netns[other];
    const distance = apartNs(c, row, other);
    if (distance >= apart) continue;
    apart = distance;
    mate = other;
  }
  return several ? -1 : mate;
}

/** Whether each is what the other has as its remote end. */
export function isMirror(c: FlowArrays, a: number, b: number): boolean {
  if (c.localPort[a] !== c.remotePort[b] || c.remotePort[a] !== c.localPort[b]) return false;
  if (c.family[a] !== c.family[b]) return false;
  const { localAddress: local, remoteAddress: remote } = c;
  for (let i = 0; i < 16; i++) {
    if (local[a * 16 + i] !== remote[b * 16 + i] || remote[a * 16 + i] !== local[b * 16 + i]) return false;
  }
  return true;
}

function onOneLink(c: EndArrays, a: number, b: number): boolean {
  return c.family[a] === 4 || !isScoped(c.remoteAddress, a * 16) || c.scope[a] === c.scope[b];
}

/** Whether the two can have been open at the same time. */
export function overlap(c: EndArrays, a: number, b: number): boolean {
  const client = clientOf(c, a, b), server = client === a ? b : a;
  return openedNs(c, server) <= endNs(c, client) + LATE_NS && openedNs(c, client) <= endNs(c, server);
}

/** How long after the client's end the server's has opened. The other way round is worse than any: it happens where the times are those of a look at
 * the sockets. */
export function apartNs(c: EndArrays, a: number, b: number): number {
  const client = clientOf(c, a, b), server = client === a ? b : a;
  const from = openedNs(c, client), to = openedNs(c, server);
  if (from === 0 || to === 0) return 0;
  return from <= to ? to - from : AFTER_ALL_NS + from - to;
}

function clientOf(c: EndArrays, a: number, b: number): number {
  return c.direction[a] === Direction.inbound ? b : a;
}

/** 0: not known. */
function openedNs(c: EndArrays, row: number): number {
  return c.unknown[row] & Unknown.age ? 0 : c.openedNs[row];
}

function endNs(c: EndArrays, row: number): number {
  return c.closed[row] ? c.lastNs[row] : Infinity;
}
