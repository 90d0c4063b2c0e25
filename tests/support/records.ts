/** Records for tests, written by the layout that the decoder reads. */
import ipaddr from "ipaddr.js";
import {
  Direction,
  DroppedLayout,
  OwnerHow,
  Tag,
  TcpCountersLayout,
  TcpLimitsLayout,
  TcpPathLayout,
  TcpRecordLayout,
  TickLayout,
  UdpRecordLayout,
} from "../../src/wire/layout.ts";
import { TcpState } from "../../src/wire/tcp_state.ts";

type Layout = { readonly byteLength: number; readonly [field: string]: number };
type Value = number | bigint | Uint8Array;
export type Fields<L extends Layout> = { readonly [F in Exclude<keyof L, "byteLength">]?: Value };

/** A record of zeros but for `fields`. A field is as wide as the distance to the next one. */
export function record<L extends Layout>(layout: L, fields: Fields<L>): Uint8Array {
  const bytes = new Uint8Array(layout.byteLength), view = new DataView(bytes.buffer);
  const { byteLength, ...offsets } = layout as Layout;
  const ends = [...Object.values(offsets), byteLength].sort((a, b) => a - b);
  for (const [name, value] of Object.entries(fields as Record<string, Value>)) {
    const offset = offsets[name], width = ends.find((end) => end > offset)! - offset;
    if (value instanceof Uint8Array) bytes.set(value.subarray(0, width), offset);
    else if (width === 8) view.setBigUint64(offset, BigInt(value), true);
    else if (width === 4) view.setUint32(offset, Number(value), true);
    else if (width === 2) view.setUint16(offset, Number(value), true);
    else view.setUint8(offset, Number(value));
  }
  return bytes;
}

const text = new TextEncoder();
export const comm = (name: string) => text.encode(name);

/** 16 bytes in network order, IPv4 in the first 4. */
export function address(of: string): Uint8Array {
  const bytes = new Uint8Array(16);
  bytes.set(ipaddr.parse(of).toByteArray());
  return bytes;
}

/** An established outbound IPv4 connection of curl (pid 1234), 10.0.0.2:51812 to 1.1.1.1:443, unless told otherwise. */
export function tcp(tag: number, fields: Fields<typeof TcpRecordLayout> = {}): Uint8Array {
  return record(TcpRecordLayout, {
    tag,
    size: TcpRecordLayout.byteLength,
    family: 4,
    state: 1,
    direction: Direction.outbound,
    how: OwnerHow.connect,
    timeNs: 1000,
    cookie: 77,
    openedNs: 1000,
    tgid: 1234,
    uid: 1000,
    netns: 4026531833,
    localPort: 51812,
    remotePort: 443,
    localAddress: address("10.0.0.2"),
    remoteAddress: address("1.1.1.1"),
    comm: comm("curl"),
    ...fields,
  });
}

export const opened = (fields: Fields<typeof TcpRecordLayout> = {}) => tcp(Tag.tcpOpen, fields);
export const live = (fields: Fields<typeof TcpRecordLayout> = {}) => tcp(Tag.tcpLive, fields);
export const ended = (fields: Fields<typeof TcpRecordLayout> = {}) =>
  tcp(Tag.tcpClose, { state: TcpState.CLOSE, timeNs: 5000, ...fields });
export const owner = (fields: Fields<typeof TcpRecordLayout> = {}) =>
  tcp(Tag.tcpOwner, { state: TcpState.CLOSE, ...fields });

export function limits(fields: Fields<typeof TcpLimitsLayout> = {}): Uint8Array {
  const { byteLength } = TcpLimitsLayout;
  return record(TcpLimitsLayout, { tag: Tag.tcpLimits, size: byteLength, cookie: 77, ...fields });
}

export function path(fields: Fields<typeof TcpPathLayout> = {}): Uint8Array {
  return record(TcpPathLayout, { tag: Tag.tcpPath, size: TcpPathLayout.byteLength, cookie: 77, ...fields });
}

export function counters(fields: Fields<typeof TcpCountersLayout> = {}): Uint8Array {
  const { byteLength } = TcpCountersLayout;
  return record(TcpCountersLayout, {
    tag: Tag.tcpCounters,
    size: byteLength,
    state: 1,
    how: OwnerHow.connect,
    cookie: 77,
    ...fields,
  });
}

export function udp(fields: Fields<typeof UdpRecordLayout> = {}): Uint8Array {
  return record(UdpRecordLayout, { tag: Tag.udpFlow, size: UdpRecordLayout.byteLength, family: 4, ...fields });
}

/** Three of its packets with 606 bytes, which a firewall here has let out no further, unless told otherwise. */
export function dropped(reason = "NETFILTER_DROP", fields: Fields<typeof DroppedLayout> = {}): Uint8Array {
  return record(DroppedLayout, {
    tag: Tag.dropped,
    size: DroppedLayout.byteLength,
    family: 4,
    protocol: 6,
    direction: Direction.outbound,
    cookie: 77,
    firstNs: 5,
    lastNs: 5,
    packets: 3,
    bytes: 606,
    netns: 4026531833,
    sourcePort: 51812,
    destinationPort: 443,
    source: address("10.0.0.2"),
    destination: address("1.1.1.1"),
    reason: comm(reason),
    ...fields,
  });
}

/** The end of a snapshot that began at `beginNs` and took 100 ns. */
export function tick(beginNs: number, fields: Fields<typeof TickLayout> = {}): Uint8Array {
  return record(TickLayout, {
    tag: Tag.tick,
    size: TickLayout.byteLength,
    beginNs,
    timeNs: beginNs + 100,
    wallNs: 1767323045678000000n,
    ...fields,
  });
}

export function join(...records: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(records.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const one of records) {
    bytes.set(one, at);
    at += one.length;
  }
  return bytes;
}
