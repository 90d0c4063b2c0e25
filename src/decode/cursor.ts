/** Records read in place: one cursor object is moved from record to record, so decoding makes no garbage. */
import {
  DnsAnswerLayout,
  DroppedLayout,
  ProcessLayout,
  TcpCountersLayout,
  TcpLimitsLayout,
  TcpPathLayout,
  TcpRecordLayout,
  TcpResetLayout,
  TickLayout,
  TranslationLayout,
  UdpOwnerLayout,
  UdpRecordLayout,
} from "../wire/layout.ts";

/** Where the halves of 64 bits are. */
const LOW = 0, HIGH = 4;
/** Where every record has its length. */
const SIZE = 2;

/** Records begin at multiples of this many bytes. */
const ALIGNED = 8;

/** Reads one record where it lies. Offsets are from its start; it is little-endian: it is made on this machine, and Deno runs on x86_64 and aarch64.
 * Each number stands at a multiple of its size, so it is an element of an array: what a DataView does is no longer compiled in line once a buffer has been
 * transferred. And there is one reader for all kinds of records, as methods that all of them inherit would be looked up by name at each use
 * (docs/decisions/0051). */
export class Reader {
  #u8: Uint8Array = new Uint8Array(0);
  #u16: Uint16Array = new Uint16Array(0);
  #u32: Uint32Array = new Uint32Array(0);
  #start = 0;

  /** Takes whole records, each of a length that is a multiple of 8. Their bytes are copied where they do not lie at such a one. */
  take(bytes: Uint8Array): void {
    const { buffer, byteOffset, byteLength } = bytes.byteOffset % ALIGNED === 0 ? bytes : bytes.slice();
    this.#u8 = new Uint8Array(buffer, byteOffset, byteLength);
    this.#u16 = new Uint16Array(buffer, byteOffset, byteLength >> 1);
    this.#u32 = new Uint32Array(buffer, byteOffset, byteLength >> 2);
  }

  /** Puts it on the record that starts at this byte. */
  at(start: number): void {
    this.#start = start;
  }

  get size(): number {
    return this.u16(SIZE);
  }
  u8(offset: number): number {
    return this.#u8[this.#start + offset];
  }
  u16(offset: number): number {
    return this.#u16[this.#start + offset >> 1];
  }
  u32(offset: number): number {
    return this.#u32[this.#start + offset >> 2];
  }
  /** Exact up to 2^53: 9 PB of bytes, 104 days of nanoseconds since boot exact to 1 ns, then to 2. */
  u64(offset: number): number {
    const at = this.#start + offset >> 2, words = this.#u32;
    return words[at] + words[at + 1] * 4294967296;
  }
  low(offset: number): number {
    return this.u32(offset + LOW);
  }
  high(offset: number): number {
    return this.u32(offset + HIGH);
  }
  /** Copies 16 bytes to the row of `target` that begins at the word `to`. */
  words(offset: number, target: Uint32Array, to: number): void {
    const from = this.#start + offset >> 2, words = this.#u32;
    target[to] = words[from];
    target[to + 1] = words[from + 1];
    target[to + 2] = words[from + 2];
    target[to + 3] = words[from + 3];
  }
  /** Copies `length` bytes to `target` from `to` on. */
  copy(offset: number, length: number, target: Uint8Array, to: number): void {
    const from = this.#start + offset, bytes = this.#u8;
    for (let i = 0; i < length; i++) target[to + i] = bytes[from + i];
  }
}

/** What a record of some kind says, as the reader that it was made with stands on one. */
export abstract class Cursor {
  constructor(protected readonly reader: Reader) {}
}

/** struct tcptop_tcp_record. Numbers as the kernel has them; see bpf/record.h for units. */
export class TcpRecord extends Cursor {
  get family() {
    return this.reader.u8(TcpRecordLayout.family);
  }
  get state() {
    return this.reader.u8(TcpRecordLayout.state);
  }
  get direction() {
    return this.reader.u8(TcpRecordLayout.direction);
  }
  get how() {
    return this.reader.u8(TcpRecordLayout.how);
  }
  get timeNs() {
    return this.reader.u64(TcpRecordLayout.timeNs);
  }
  get cookieLow() {
    return this.reader.low(TcpRecordLayout.cookie);
  }
  get cookieHigh() {
    return this.reader.high(TcpRecordLayout.cookie);
  }
  get openedNs() {
    return this.reader.u64(TcpRecordLayout.openedNs);
  }
  get cgroupId() {
    return this.reader.u64(TcpRecordLayout.cgroupId);
  }
  get ownerStartNs() {
    return this.reader.u64(TcpRecordLayout.ownerStartNs);
  }
  get rxBytes() {
    return this.reader.u64(TcpRecordLayout.rxBytes);
  }
  get txBytes() {
    return this.reader.u64(TcpRecordLayout.txBytes);
  }
  get tgid() {
    return this.reader.u32(TcpRecordLayout.tgid);
  }
  get uid() {
    return this.reader.u32(TcpRecordLayout.uid);
  }
  get netns() {
    return this.reader.u32(TcpRecordLayout.netns);
  }
  get cwnd() {
    return this.reader.u32(TcpRecordLayout.cwnd);
  }
  get rxPackets() {
    return this.reader.u32(TcpRecordLayout.rxPackets);
  }
  get txPackets() {
    return this.reader.u32(TcpRecordLayout.txPackets);
  }
  get srttUs() {
    return this.reader.u32(TcpRecordLayout.srttUs);
  }
  get rttvarUs() {
    return this.reader.u32(TcpRecordLayout.rttvarUs);
  }
  get retransmits() {
    return this.reader.u32(TcpRecordLayout.retransmits);
  }
  get localPort() {
    return this.reader.u16(TcpRecordLayout.localPort);
  }
  get remotePort() {
    return this.reader.u16(TcpRecordLayout.remotePort);
  }
  get scope() {
    return this.reader.u32(TcpRecordLayout.scope);
  }
  get unknown() {
    return this.reader.u16(TcpRecordLayout.unknown);
  }
  get several() {
    return this.reader.u8(TcpRecordLayout.several);
  }
  get end() {
    return this.reader.u8(TcpRecordLayout.end);
  }
  /** A record of an older recording ends before it. */
  get connectUs() {
    return this.reader.size > TcpRecordLayout.connectUs ? this.reader.u32(TcpRecordLayout.connectUs) : 0;
  }
  copyLocalAddress(target: Uint32Array, to: number): void {
    this.reader.words(TcpRecordLayout.localAddress, target, to);
  }
  copyRemoteAddress(target: Uint32Array, to: number): void {
    this.reader.words(TcpRecordLayout.remoteAddress, target, to);
  }
  copyComm(target: Uint32Array, to: number): void {
    this.reader.words(TcpRecordLayout.comm, target, to);
  }
}

/** struct tcptop_tcp_counters. */
export class TcpCounters extends Cursor {
  get state() {
    return this.reader.u8(TcpCountersLayout.state);
  }
  get how() {
    return this.reader.u8(TcpCountersLayout.how);
  }
  get cookieLow() {
    return this.reader.low(TcpCountersLayout.cookie);
  }
  get cookieHigh() {
    return this.reader.high(TcpCountersLayout.cookie);
  }
  get rxBytes() {
    return this.reader.u64(TcpCountersLayout.rxBytes);
  }
  get txBytes() {
    return this.reader.u64(TcpCountersLayout.txBytes);
  }
  get cwnd() {
    return this.reader.u32(TcpCountersLayout.cwnd);
  }
  get rxPackets() {
    return this.reader.u32(TcpCountersLayout.rxPackets);
  }
  get txPackets() {
    return this.reader.u32(TcpCountersLayout.txPackets);
  }
  get srttUs() {
    return this.reader.u32(TcpCountersLayout.srttUs);
  }
  get rttvarUs() {
    return this.reader.u32(TcpCountersLayout.rttvarUs);
  }
  get retransmits() {
    return this.reader.u32(TcpCountersLayout.retransmits);
  }
}

/** struct tcptop_tcp_limits. */
export class TcpLimits extends Cursor {
  get sending() {
    return this.reader.u8(TcpLimitsLayout.sending);
  }
  get cookieLow() {
    return this.reader.low(TcpLimitsLayout.cookie);
  }
  get cookieHigh() {
    return this.reader.high(TcpLimitsLayout.cookie);
  }
  get busyUs() {
    return this.reader.u64(TcpLimitsLayout.busyUs);
  }
  get peerWindowUs() {
    return this.reader.u64(TcpLimitsLayout.peerWindowUs);
  }
  get sendBufferUs() {
    return this.reader.u64(TcpLimitsLayout.sendBufferUs);
  }
  get sendQueue() {
    return this.reader.u32(TcpLimitsLayout.sendQueue);
  }
  get unsent() {
    return this.reader.u32(TcpLimitsLayout.unsent);
  }
  get receiveQueue() {
    return this.reader.u32(TcpLimitsLayout.receiveQueue);
  }
  get minRttUs() {
    return this.reader.u32(TcpLimitsLayout.minRttUs);
  }
}

/** struct tcptop_tcp_path. */
export class TcpPath extends Cursor {
  get lacks() {
    return this.reader.u8(TcpPathLayout.lacks);
  }
  get cookieLow() {
    return this.reader.low(TcpPathLayout.cookie);
  }
  get cookieHigh() {
    return this.reader.high(TcpPathLayout.cookie);
  }
  get movedNs() {
    return this.reader.u64(TcpPathLayout.movedNs);
  }
  get deliveryRate() {
    return this.reader.u64(TcpPathLayout.deliveryRate);
  }
  get pacingRate() {
    return this.reader.u64(TcpPathLayout.pacingRate);
  }
  get mss() {
    return this.reader.u32(TcpPathLayout.mss);
  }
  get ssthresh() {
    return this.reader.u32(TcpPathLayout.ssthresh);
  }
  get lost() {
    return this.reader.u32(TcpPathLayout.lost);
  }
  get rtoCount() {
    return this.reader.u32(TcpPathLayout.rtoCount);
  }
  get ecnMarks() {
    return this.reader.u32(TcpPathLayout.ecnMarks);
  }
  get reordSeen() {
    return this.reader.u32(TcpPathLayout.reordSeen);
  }
  get dsackDups() {
    return this.reader.u32(TcpPathLayout.dsackDups);
  }
  copyCongestion(target: Uint8Array, to: number): void {
    this.reader.copy(TcpPathLayout.congestion, 16, target, to);
  }
}

/** struct tcptop_tcp_reset. */
export class TcpReset extends Cursor {
  get why() {
    return this.reader.u8(TcpResetLayout.why);
  }
  get cookieLow() {
    return this.reader.low(TcpResetLayout.cookie);
  }
  get cookieHigh() {
    return this.reader.high(TcpResetLayout.cookie);
  }
  get openedNs() {
    return this.reader.u64(TcpResetLayout.openedNs);
  }
}

/** struct tcptop_udp_record. */
export class UdpRecord extends Cursor {
  get family() {
    return this.reader.u8(UdpRecordLayout.family);
  }
  get state() {
    return this.reader.u8(UdpRecordLayout.state);
  }
  get direction() {
    return this.reader.u8(UdpRecordLayout.direction);
  }
  get how() {
    return this.reader.u8(UdpRecordLayout.how);
  }
  get cookieLow() {
    return this.reader.low(UdpRecordLayout.cookie);
  }
  get cookieHigh() {
    return this.reader.high(UdpRecordLayout.cookie);
  }
  get firstNs() {
    return this.reader.u64(UdpRecordLayout.firstNs);
  }
  get lastNs() {
    return this.reader.u64(UdpRecordLayout.lastNs);
  }
  get cgroupId() {
    return this.reader.u64(UdpRecordLayout.cgroupId);
  }
  get ownerStartNs() {
    return this.reader.u64(UdpRecordLayout.ownerStartNs);
  }
  get rxBytes() {
    return this.reader.u64(UdpRecordLayout.rxBytes);
  }
  get txBytes() {
    return this.reader.u64(UdpRecordLayout.txBytes);
  }
  get rxPackets() {
    return this.reader.u64(UdpRecordLayout.rxPackets);
  }
  get txPackets() {
    return this.reader.u64(UdpRecordLayout.txPackets);
  }
  get rxDroppedBytes() {
    return this.reader.u64(UdpRecordLayout.rxDroppedBytes);
  }
  get rxDroppedPackets() {
    return this.reader.u64(UdpRecordLayout.rxDroppedPackets);
  }
  get tgid() {
    return this.reader.u32(UdpRecordLayout.tgid);
  }
  get uid() {
    return this.reader.u32(UdpRecordLayout.uid);
  }
  get netns() {
    return this.reader.u32(UdpRecordLayout.netns);
  }
  get scope() {
    return this.reader.u32(UdpRecordLayout.scope);
  }
  get unknown() {
    return this.reader.u16(UdpRecordLayout.unknown);
  }
  get carries() {
    return this.reader.u8(UdpRecordLayout.carries);
  }
  get several() {
    return this.reader.u8(UdpRecordLayout.several);
  }
  get localPort() {
    return this.reader.u16(UdpRecordLayout.localPort);
  }
  get remotePort() {
    return this.reader.u16(UdpRecordLayout.remotePort);
  }
  copyLocalAddress(target: Uint32Array, to: number): void {
    this.reader.words(UdpRecordLayout.localAddress, target, to);
  }
  copyRemoteAddress(target: Uint32Array, to: number): void {
    this.reader.words(UdpRecordLayout.remoteAddress, target, to);
  }
  copyComm(target: Uint32Array, to: number): void {
    this.reader.words(UdpRecordLayout.comm, target, to);
  }
}

/** struct tcptop_udp_owner. */
export class UdpOwner extends Cursor {
  get how() {
    return this.reader.u8(UdpOwnerLayout.how);
  }
  get several() {
    return this.reader.u8(UdpOwnerLayout.several);
  }
  get timeNs() {
    return this.reader.u64(UdpOwnerLayout.timeNs);
  }
  get cookieLow() {
    return this.reader.low(UdpOwnerLayout.cookie);
  }
  get cookieHigh() {
    return this.reader.high(UdpOwnerLayout.cookie);
  }
  get cgroupId() {
    return this.reader.u64(UdpOwnerLayout.cgroupId);
  }
  get ownerStartNs() {
    return this.reader.u64(UdpOwnerLayout.ownerStartNs);
  }
  get tgid() {
    return this.reader.u32(UdpOwnerLayout.tgid);
  }
  get uid() {
    return this.reader.u32(UdpOwnerLayout.uid);
  }
  get netns() {
    return this.reader.u32(UdpOwnerLayout.netns);
  }
  copyComm(target: Uint8Array, to: number): void {
    this.reader.copy(UdpOwnerLayout.comm, 16, target, to);
  }
}

/** struct tcptop_process. */
export class ProcessRecord extends Cursor {
  get tgid() {
    return this.reader.u32(ProcessLayout.tgid);
  }
  get startNs() {
    return this.reader.u64(ProcessLayout.startNs);
  }
  /** A copy. */
  comm(): Uint8Array<ArrayBuffer> {
    return this.#bytes(ProcessLayout.comm, ProcessLayout.exe - ProcessLayout.comm);
  }
  exe(): Uint8Array<ArrayBuffer> {
    return this.#bytes(ProcessLayout.exe, ProcessLayout.ancestors - ProcessLayout.exe);
  }
  /** Pids of its parent, of that one's parent and so on; none in the shorter record of older recordings. */
  ancestors(): number[] {
    const pids: number[] = [], end = Math.min(this.reader.u16(ProcessLayout.size), ProcessLayout.parent);
    for (let at = ProcessLayout.ancestors; at < end && this.reader.u32(at) !== 0; at += 4) {
      pids.push(this.reader.u32(at));
    }
    return pids;
  }
  /** The parent's name, with zeros behind it; all zeros in the shorter records of older recordings. */
  parent(): Uint8Array<ArrayBuffer> {
    const isThere = this.reader.u16(ProcessLayout.size) > ProcessLayout.parent;
    return isThere
      ? this.#bytes(ProcessLayout.parent, ProcessLayout.byteLength - ProcessLayout.parent)
      : new Uint8Array(16);
  }

  #bytes(offset: number, length: number): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(length);
    this.reader.copy(offset, length, bytes, 0);
    return bytes;
  }
}

/** struct tcptop_translation. */
export class TranslationRecord extends Cursor {
  get family() {
    return this.reader.u8(TranslationLayout.family);
  }
  get protocol() {
    return this.reader.u8(TranslationLayout.protocol);
  }
  get change() {
    return this.reader.u8(TranslationLayout.change);
  }
  get netns() {
    return this.reader.u32(TranslationLayout.netns);
  }
  get fromPort() {
    return this.reader.u16(TranslationLayout.fromPort);
  }
  get toPort() {
    return this.reader.u16(TranslationLayout.toPort);
  }
  get serverPort() {
    return this.reader.u16(TranslationLayout.serverPort);
  }
  get seenPort() {
    return this.reader.u16(TranslationLayout.seenPort);
  }
  copyAddress(of: "from" | "to" | "server" | "seen", to: Uint8Array, at: number): void {
    this.reader.copy(TranslationLayout[`${of}Address`], 16, to, at);
  }
}

/** struct tcptop_dropped. */
export class DroppedRecord extends Cursor {
  get family() {
    return this.reader.u8(DroppedLayout.family);
  }
  get protocol() {
    return this.reader.u8(DroppedLayout.protocol);
  }
  get direction() {
    return this.reader.u8(DroppedLayout.direction);
  }
  get cookieLow() {
    return this.reader.low(DroppedLayout.cookie);
  }
  get cookieHigh() {
    return this.reader.high(DroppedLayout.cookie);
  }
  get firstNs() {
    return this.reader.u64(DroppedLayout.firstNs);
  }
  get lastNs() {
    return this.reader.u64(DroppedLayout.lastNs);
  }
  get packets() {
    return this.reader.u64(DroppedLayout.packets);
  }
  get bytes() {
    return this.reader.u64(DroppedLayout.bytes);
  }
  get netns() {
    return this.reader.u32(DroppedLayout.netns);
  }
  get scope() {
    return this.reader.u32(DroppedLayout.scope);
  }
  get sourcePort() {
    return this.reader.u16(DroppedLayout.sourcePort);
  }
  get destinationPort() {
    return this.reader.u16(DroppedLayout.destinationPort);
  }
  copySource(target: Uint8Array, to: number): void {
    this.reader.copy(DroppedLayout.source, 16, target, to);
  }
  copyDestination(target: Uint8Array, to: number): void {
    this.reader.copy(DroppedLayout.destination, 16, target, to);
  }
  /** The kernel's name for it. These records are rare: a string each is no matter. */
  reason(): string {
    let text = "";
    for (let i = DroppedLayout.reason; i < DroppedLayout.byteLength; i++) {
      const byte = this.reader.u8(i);
      if (byte === 0) break;
      text += String.fromCharCode(byte);
    }
    return text;
  }
}

/** struct tcptop_dns_answer. */
export class DnsAnswerRecord extends Cursor {
  get timeNs() {
    return this.reader.u64(DnsAnswerLayout.timeNs);
  }
  get ownerStartNs() {
    return this.reader.u64(DnsAnswerLayout.ownerStartNs);
  }
  get tgid() {
    return this.reader.u32(DnsAnswerLayout.tgid);
  }
  /** A copy of the message, or of its beginning. */
  payload(): Uint8Array<ArrayBuffer> {
    const room = this.reader.u16(DnsAnswerLayout.size) - DnsAnswerLayout.payload;
    const bytes = new Uint8Array(Math.min(room, this.reader.u16(DnsAnswerLayout.bytes)));
    this.reader.copy(DnsAnswerLayout.payload, bytes.length, bytes, 0);
    return bytes;
  }
}

/** struct tcptop_tick. */
export class TickRecord extends Cursor {
  get features() {
    return this.reader.u32(TickLayout.features);
  }
  get beginNs() {
    return this.reader.u64(TickLayout.beginNs);
  }
  get timeNs() {
    return this.reader.u64(TickLayout.timeNs);
  }
  get wallNs() {
    return this.reader.u64(TickLayout.wallNs);
  }
  get eventsLost() {
    return this.reader.u64(TickLayout.eventsLost);
  }
  get socketsUntracked() {
    return this.reader.u64(TickLayout.socketsUntracked);
  }
  get snapshotErrors() {
    return this.reader.u64(TickLayout.snapshotErrors);
  }
  get udpEvicted() {
    return this.reader.u64(TickLayout.udpEvicted);
  }
  /** 0 in the shorter record of older recordings. */
  get dnsUnread() {
    return this.reader.u16(TickLayout.size) > TickLayout.dnsUnread ? this.reader.u64(TickLayout.dnsUnread) : 0;
  }
  get socketsApart() {
    return this.reader.u16(TickLayout.size) > TickLayout.socketsApart ? this.reader.u64(TickLayout.socketsApart) : 0;
  }
  get udpUntracked() {
    return this.reader.u64(TickLayout.udpUntracked);
  }
}
