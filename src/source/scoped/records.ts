/** Which records are of flows within a scope. Records of bpf/record.h in, those of them that count out, in their order. */
import {
  DroppedLayout,
  OwnerHow,
  ProcessLayout,
  Tag,
  TcpCountersLayout,
  TcpLimitsLayout,
  TcpPathLayout,
  TcpRecordLayout,
  UdpOwnerLayout,
  UdpRecordLayout,
} from "../../wire/layout.ts";
import type { AddressSink, RecordSink } from "../source.ts";
import type { Owner, Scope } from "./scope.ts";

/** Records that wait for what is not known yet of their flow or process. The oldest go first. */
const MOST_WAITING = 1 << 13;
const MOST_PROCESSES = 1 << 14;

interface Process {
  /** null once it has been handed out. */
  record: Uint8Array | null;
  readonly ancestors: ReadonlySet<number>;
}

/**
 * A flow is within once a record says that its owner is, and stays so: a socket that is handed on keeps its flow. The record of a process is
 * held until one of its flows is within, the end of a connection and a UDP flow without an owner until a record names one.
 */
export class ScopedRecords {
  #bytes: Uint8Array = new Uint8Array(0);
  #view: DataView = new DataView(this.#bytes.buffer);
  readonly #within = new Set<bigint>();
  readonly #waiting = new Map<string, Uint8Array>();
  #processes = new Map<number, Process>();
  readonly #unowned = new Set<string>();
  #unknown = 0;

  constructor(readonly scope: Scope, readonly addresses: AddressSink = () => {}) {}

  /** Ends of connections of which it could not be told whether they were within, as no owner was known. */
  get unknown(): number {
    return this.#unknown + this.#unowned.size;
  }

  /** Hands over those records that are within. The bytes are the caller's again afterwards. */
  pass(bytes: Uint8Array, sink: RecordSink): void {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let from = 0, at = 0;
    // What stands side by side is handed over at once. Broken lengths are the decoder's to count.
    while (at + 4 <= bytes.length) {
      const size = this.#view.getUint16(at + 2, true);
      if (size < 8 || at + size > bytes.length) break;
      const before: Uint8Array[] = [], is = this.#judge(at, size, before);
      if (!is || before.length > 0) {
        if (from < at) sink(bytes.subarray(from, at));
        for (const record of before) sink(record);
        from = is ? at : at + size;
      }
      at += size;
    }
    if (from < bytes.length) sink(bytes.subarray(from));
  }

  /** `before`: what has to be handed over before it. */
  #judge(at: number, size: number, before: Uint8Array[]): boolean {
    switch (this.#view.getUint16(at, true)) {
      case Tag.tcpOpen:
      case Tag.tcpLive:
      case Tag.tcpClose:
      case Tag.tcpOwner:
        return this.#tcp(at, size, before);
      case Tag.tcpCounters:
        return this.#within.has(this.#u64(at + TcpCountersLayout.cookie));
      case Tag.tcpLimits:
        return this.#within.has(this.#u64(at + TcpLimitsLayout.cookie));
      case Tag.tcpPath:
        return this.#within.has(this.#u64(at + TcpPathLayout.cookie));
      case Tag.dropped: {
        // Without a cookie it may be anybody's: its ends tell, once there is a flow that has them.
        const cookie = this.#u64(at + DroppedLayout.cookie);
        return cookie === 0n || this.#within.has(cookie);
      }
      case Tag.udpFlow:
        return this.#udp(at, size, before);
      case Tag.udpOwner:
        return this.#udpOwner(at, before);
      case Tag.process:
        this.#keepProcess(at, size);
        return false;
      default:
        return true;
    }
  }

  #tcp(at: number, size: number, before: Uint8Array[]): boolean {
    const L = TcpRecordLayout, tag = this.#view.getUint16(at, true), cookie = this.#u64(at + L.cookie);
    const how = this.#bytes[at + L.how], key = `t${cookie} ${this.#u64(at + L.openedNs)}`;
    const is = this.#within.has(cookie) || this.#owns(at, how, L, before);
    if (is) {
      if (tag === Tag.tcpClose) this.#within.delete(cookie);
      else if (tag !== Tag.tcpOwner) this.#within.add(cookie);
      this.#release(key, before);
      return true;
    }
    this.addresses(this.#bytes[at + L.family], this.#bytes.subarray(at + L.localAddress, at + L.localAddress + 16));
    if (tag === Tag.tcpClose && how <= OwnerHow.listener) {
      this.#hold(key, at, size);
      if (how === OwnerHow.none) this.#unowned.add(key);
    } else if (tag === Tag.tcpOwner) this.#forget(key);
    return false;
  }

  #udp(at: number, size: number, before: Uint8Array[]): boolean {
    const L = UdpRecordLayout, cookie = this.#u64(at + L.cookie), how = this.#bytes[at + L.how];
    if (this.#within.has(cookie) || this.#owns(at, how, L, before)) {
      this.#within.add(cookie);
      return true;
    }
    this.addresses(this.#bytes[at + L.family], this.#bytes.subarray(at + L.localAddress, at + L.localAddress + 16));
    if (how === OwnerHow.none) this.#hold(`u${cookie}`, at, size, true);
    return false;
  }

  #udpOwner(at: number, before: Uint8Array[]): boolean {
    const L = UdpOwnerLayout, cookie = this.#u64(at + L.cookie);
    if (!this.#within.has(cookie) && !this.#owns(at, this.#bytes[at + L.how], L, before)) {
      this.#forget(`u${cookie}`);
      return false;
    }
    this.#within.add(cookie);
    this.#release(`u${cookie}`, before);
    return true;
  }

  #owns(
    at: number,
    how: number,
    { tgid, cgroupId }: { readonly tgid: number; readonly cgroupId: number },
    before: Uint8Array[],
  ): boolean {
    if (how === OwnerHow.none || how === OwnerHow.kernel) return false;
    const pid = this.#view.getUint32(at + tgid, true), process = this.#processes.get(pid);
    const owner: Owner = {
      cgroupId: Number(this.#u64(at + cgroupId)),
      tgid: pid,
      ancestors: process?.ancestors ?? null,
    };
    if (this.scope(owner) !== true) return false;
    if (process !== undefined && process.record !== null) {
      before.push(process.record);
      process.record = null;
    }
    return true;
  }

  #keepProcess(at: number, size: number): void {
    const pid = this.#view.getUint32(at + ProcessLayout.tgid, true), ancestors = new Set<number>();
    for (let i = ProcessLayout.ancestors; i < ProcessLayout.parent && i < size; i += 4) {
      const ancestor = this.#view.getUint32(at + i, true);
      if (ancestor === 0) break;
      ancestors.add(ancestor);
    }
    if (this.#processes.size >= MOST_PROCESSES) dropHalf(this.#processes);
    this.#processes.delete(pid);
    this.#processes.set(pid, { record: this.#bytes.slice(at, at + size), ancestors });
  }

  #hold(key: string, at: number, size: number, more = false): void {
    const record = this.#bytes.slice(at, at + size), held = more ? this.#waiting.get(key) : undefined;
    if (this.#waiting.size >= MOST_WAITING) this.#dropHalf();
    this.#waiting.set(key, held === undefined || held.length > size * MOST_FLOWS ? record : joined(held, record));
  }

  #release(key: string, before: Uint8Array[]): void {
    const record = this.#waiting.get(key);
    if (record !== undefined) before.push(record);
    this.#forget(key);
  }

  #forget(key: string): void {
    this.#waiting.delete(key);
    this.#unowned.delete(key);
  }

  #dropHalf(): void {
    dropHalf(this.#waiting);
    for (const key of this.#unowned) {
      if (this.#waiting.has(key)) continue;
      this.#unowned.delete(key);
      this.#unknown++;
    }
  }

  #u64(at: number): bigint {
    return this.#view.getBigUint64(at, true);
  }
}

/** Records of one UDP socket that wait. */
const MOST_FLOWS = 64;

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

function dropHalf<K, V>(map: Map<K, V>): void {
  let left = map.size >> 1;
  for (const key of map.keys()) {
    if (left-- <= 0) break;
    map.delete(key);
  }
}
