/** The flows of several hosts as those of one sample. */
import { AddressSet } from "./address_set.ts";
import { FLOW_SCHEMA, type FlowArrays, pack, packFlows, unpackFlows } from "./columns.ts";
import { numberOf } from "./host.ts";
import { joinHosts, mayBeElsewhere } from "./joined.ts";
import { Via } from "./peers.ts";
import { flowId, isTcp } from "./row.ts";

/** What one host has for a sample. */
export interface Part {
  readonly host: number;
  readonly length: number;
  readonly flows: FlowArrays;
  /** To be added to its times. */
  readonly offsetNs: number;
  /** The number among all cgroups of one that the host has numbered. */
  readonly cgroup: (number: number) => number;
  /** The same of names that it numbers as they come, among those of all its connections. */
  readonly numbered: (number: number) => number;
}

interface Rows {
  readonly length: number;
  readonly arrays: FlowArrays;
}

/** For so many samples an end is held back whose other end is not known, or has not ended: hosts look at different times. */
const HOLD_SAMPLES = 2;
/** So many at most are held back. */
const MOST_HELD = 1 << 14;
const NOTHING: Rows = { length: 0, arrays: unpackFlows(new ArrayBuffer(0), 0) };

export class Fleet {
  /** By the id of the row of the host with the lower number. */
  #pairs = new Map<string, number>();
  #lastPair = 0;
  /** Rows that have ended, and are yet to be told to have; for how many samples more. */
  #held: Rows = NOTHING;
  #left: number[] = [];
  #addresses = new AddressSet();
  #generation = 1;

  /** All rows of the parts, and those held back, for unpackFlows(). The parts stay what they are. */
  merge(
    parts: readonly Part[],
    spare: ArrayBuffer | null = null,
  ): { readonly length: number; readonly flows: ArrayBuffer } {
    const tables = [this.#held, ...parts.map(({ length, flows }) => ({ length, arrays: flows }))];
    const flows = packFlows(tables, spare), length = tables.reduce((sum, table) => sum + table.length, 0);
    const f = unpackFlows(flows, length);
    let at = this.#held.length;
    for (const part of parts) {
      settle(f, at, part);
      at += part.length;
    }
    this.#learn(f, length);
    this.#join(f, length);
    this.#hold(f, length);
    return { length, flows };
  }

  #learn(f: FlowArrays, length: number): void {
    this.#generation++;
    for (let row = 0; row < length; row++) {
      if (mayBeElsewhere(f, row)) this.#addresses.add(f.family[row], f.localAddress, row * 16, this.#generation);
    }
    if (this.#generation % 64 === 0) this.#addresses.forgetBefore(this.#generation - 32);
  }

  #join(f: FlowArrays, length: number): void {
    const pairs = new Map<string, number>();
    joinHosts(f, length, (a, b) => {
      const id = flowId(f, f.host[a] < f.host[b] ? a : b), pair = this.#pairs.get(id) ?? numberOf(0, ++this.#lastPair);
      pairs.set(id, pair);
      for (const row of [a, b]) {
        f.pair[row] = pair;
        f.via[row] = Via.direct;
      }
    });
    this.#pairs = pairs;
  }

  /** Ends of connections between hosts are told together. */
  #hold(f: FlowArrays, length: number): void {
    const open = new Set<number>(), rows: number[] = [], left: number[] = [];
    for (let row = 0; row < length; row++) if (f.closed[row] === 0 && isBetween(f, row)) open.add(f.pair[row]);
    for (let row = 0; row < length; row++) {
      const more = row < this.#held.length ? this.#left[row] : HOLD_SAMPLES;
      if (f.closed[row] === 0 || more === 0 || rows.length >= MOST_HELD || !this.#isAwaited(f, row, open)) continue;
      rows.push(row);
      left.push(more - 1);
    }
    this.#left = left;
    this.#held = rows.length === 0
      ? NOTHING
      : { length: rows.length, arrays: unpackFlows(pack(FLOW_SCHEMA, f, rows), rows.length) };
    for (const row of rows) f.closed[row] = 0;
    still(this.#held);
  }

  #isAwaited(f: FlowArrays, row: number, open: ReadonlySet<number>): boolean {
    if (!isTcp(f, row) || f.established[row] === 0) return false;
    if (isBetween(f, row)) return open.has(f.pair[row]);
    return mayBeElsewhere(f, row) && f.inside[row] === 0 &&
      this.#addresses.has(f.family[row], f.remoteAddress, row * 16);
  }
}

/** Whether the two ends are of two hosts: such pairs are numbered as if by host 0. */
function isBetween(f: FlowArrays, row: number): boolean {
  return f.pair[row] !== 0 && f.pair[row] === numberOf(0, f.pair[row]);
}

/** What has been told of them is not told again. */
export function still({ length, arrays: f }: Rows): void {
  for (
    const sum of [
      "rxDelta",
      "txDelta",
      "rxDroppedDelta",
      "overflowsDelta",
      "busyUs",
      "peerWindowUs",
      "sendBufferUs",
    ] as const
  ) {
    f[sum].fill(0, 0, length);
  }
  for (let row = 0; row < length; row++) if (isBetween(f, row)) f.pair[row] = 0;
}

/** Numbers that the host has given become numbers among those of all, and its times ours. */
export function settle(f: FlowArrays, from: number, { host, length, offsetNs, cgroup, numbered }: Part): void {
  for (let row = from; row < from + length; row++) {
    f.host[row] = host;
    f.pair[row] = numberOf(host, f.pair[row]);
    f.exe[row] = numberOf(host, numbered(f.exe[row]));
    f.wholeName[row] = numberOf(host, numbered(f.wholeName[row]));
    f.ancestors[row] = numberOf(host, numbered(f.ancestors[row]));
    f.answer[row] = numberOf(host, numbered(f.answer[row]));
    f.drops[row] = numberOf(host, f.drops[row]);
    f.cgroup[row] = cgroup(f.cgroup[row]);
    if (f.openedNs[row] !== 0) f.openedNs[row] += offsetNs;
    if (f.lastNs[row] !== 0) f.lastNs[row] += offsetNs;
    if (f.movedNs[row] !== 0) f.movedNs[row] += offsetNs;
  }
}
