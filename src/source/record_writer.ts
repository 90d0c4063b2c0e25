/**
 * For a source in TypeScript, which lists every flow in each snapshot: the bytes of its records.
 * In: the fields of records. Out: records of bpf/record.h, many in one buffer, as an eBPF program would write them.
 */
import { Several, Tag, TcpRecordLayout, TickLayout, UdpRecordLayout, UdpState } from "../wire/layout.ts";
import type { RecordSink } from "./source.ts";

const utf8 = new TextEncoder();

/** What the records of both protocols have. Times are ns of one monotonic clock; addresses are 16 bytes, IPv4 in the first 4. */
export interface FlowFields {
  readonly family: 4 | 6;
  readonly direction: number;
  readonly how: number;
  readonly cookie: number;
  readonly rxBytes: number;
  readonly txBytes: number;
  readonly rxPackets: number;
  readonly txPackets: number;
  readonly tgid: number;
  readonly uid: number;
  readonly scope: number;
  readonly localPort: number;
  readonly remotePort: number;
  readonly unknown: number;
  readonly localAddress: Uint8Array;
  readonly remoteAddress: Uint8Array;
  readonly comm: string;
}

export interface TcpFields extends FlowFields {
  readonly state: number;
  readonly timeNs: number;
  readonly openedNs: number;
  readonly srttUs: number;
}

export interface UdpFields extends FlowFields {
  readonly carries: number;
  readonly firstNs: number;
  readonly lastNs: number;
}

export interface TickFields {
  readonly beginNs: number;
  readonly timeNs: number;
  readonly wallNs: number;
}

/** Appends records to a buffer that grows. Fields that are not set are zero. */
export class RecordWriter {
  #bytes = new Uint8Array(1 << 14);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;
  #start = 0;

  /** Hands over what was written since the last call. `sink` must not keep the bytes. */
  flush(sink: RecordSink): void {
    if (this.#length > 0) sink(this.#bytes.subarray(0, this.#length));
    this.#length = 0;
  }

  tcp(tag: typeof Tag.tcpOpen | typeof Tag.tcpClose | typeof Tag.tcpLive, fields: TcpFields): void {
    const at = TcpRecordLayout;
    this.#begin(tag, at.byteLength);
    this.#flow(at, fields);
    this.#u8(at.state, fields.state);
    this.#u16(at.unknown, fields.unknown);
    this.#u16(at.several, Several.unknown);
    this.#u64(at.timeNs, fields.timeNs);
    this.#u64(at.openedNs, fields.openedNs);
    this.#u32(at.rxPackets, fields.rxPackets);
    this.#u32(at.txPackets, fields.txPackets);
    this.#u32(at.srttUs, fields.srttUs);
  }

  udp(fields: UdpFields): void {
    const at = UdpRecordLayout;
    this.#begin(Tag.udpFlow, at.byteLength);
    this.#flow(at, fields);
    this.#u8(at.state, UdpState.listed);
    this.#u16(at.unknown, fields.unknown);
    this.#u8(at.carries, fields.carries);
    this.#u8(at.several, Several.unknown);
    this.#u64(at.firstNs, fields.firstNs);
    this.#u64(at.lastNs, fields.lastNs);
    this.#u64(at.rxPackets, fields.rxPackets);
    this.#u64(at.txPackets, fields.txPackets);
  }

  tick(fields: TickFields): void {
    this.#begin(Tag.tick, TickLayout.byteLength);
    this.#u64(TickLayout.beginNs, fields.beginNs);
    this.#u64(TickLayout.timeNs, fields.timeNs);
    this.#u64(TickLayout.wallNs, fields.wallNs);
  }

  #flow(at: typeof TcpRecordLayout | typeof UdpRecordLayout, fields: FlowFields): void {
    this.#u8(at.family, fields.family);
    this.#u8(at.direction, fields.direction);
    this.#u8(at.how, fields.how);
    this.#u64(at.cookie, fields.cookie);
    this.#u64(at.rxBytes, fields.rxBytes);
    this.#u64(at.txBytes, fields.txBytes);
    this.#u32(at.tgid, fields.tgid);
    this.#u32(at.uid, fields.uid);
    this.#u32(at.scope, fields.scope);
    this.#u16(at.localPort, fields.localPort);
    this.#u16(at.remotePort, fields.remotePort);
    this.#bytes.set(fields.localAddress.subarray(0, 16), this.#start + at.localAddress);
    this.#bytes.set(fields.remoteAddress.subarray(0, 16), this.#start + at.remoteAddress);
    // 15 bytes and a zero, as Linux has it (TASK_COMM_LEN); encodeInto() stops before a character that does not fit.
    utf8.encodeInto(fields.comm, this.#bytes.subarray(this.#start + at.comm, this.#start + at.comm + 15));
  }

  #begin(tag: number, byteLength: number): void {
    this.#start = this.#length;
    this.#length += byteLength;
    if (this.#length > this.#bytes.length) this.#grow();
    this.#bytes.fill(0, this.#start, this.#length);
    this.#u16(TcpRecordLayout.tag, tag);
    this.#u16(TcpRecordLayout.size, byteLength);
  }

  #grow(): void {
    const bytes = new Uint8Array(Math.max(this.#length, this.#bytes.length * 2));
    bytes.set(this.#bytes.subarray(0, this.#start));
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer);
  }

  #u8(offset: number, value: number): void {
    this.#view.setUint8(this.#start + offset, value);
  }
  #u16(offset: number, value: number): void {
    this.#view.setUint16(this.#start + offset, value, true);
  }
  #u32(offset: number, value: number): void {
    this.#view.setUint32(this.#start + offset, value, true);
  }
  #u64(offset: number, value: number): void {
    this.#view.setBigUint64(this.#start + offset, BigInt(Math.round(value)), true);
  }
}
