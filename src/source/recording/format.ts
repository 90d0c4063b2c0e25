/**
 * A recording: a header, then chunks. Everything is little-endian.
 *
 * Header, 32 bytes: magic (8), u32 version, u32 layout (a checksum of the record layout that the records are in),
 * 12 zero bytes, u32 CRC-32 of the 28 bytes before.
 *
 * Chunk: u32 kind, u32 length of the payload, f64 milliseconds since the recording began, u32 CRC-32 of these 16 bytes and
 * the payload, u32 zero, then the payload. The last chunk is of kind `end`: a file without one was cut short.
 */
import { crc32 } from "node:zlib";
import * as layout from "../../wire/layout.ts";

export const VERSION = 1;
/** Of files that make no sense without chunks that the first version does not know. */
export const VERSION_SQUEEZED = 2;
export const MAGIC = new Uint8Array([0x89, 0x74, 0x63, 0x70, 0x74, 0x6f, 0x70, 0x0a]); // \x89tcptop\n
export const HEADER_BYTES = 32;
export const CHUNK_HEADER_BYTES = 24;
/** No chunk is longer: a reader needs no more memory than this, whatever a file says. */
export const MAX_PAYLOAD_BYTES = 4 << 20;

export const ChunkKind = {
  /** JSON, RecordingInfo: the first chunk, and again whenever it has changed. */
  info: 1,
  /** Whole records of bpf/record.h, as the source handed them over. */
  records: 2,
  /** No payload. The records before it, back to the last one, make a sample; the last of them is its tick. */
  sample: 3,
  /** JSON, Names: what numbers in the records stand for. */
  names: 4,
  /** Where the index begins (index.ts), or no payload. */
  end: 5,
  /** The tables at the last sample before it, or in the place of samples that are not there: flags (below), then squeezed bytes. */
  state: 6,
  /** As `records`, squeezed: flags, then what Squeeze makes. Only in files of version 2. */
  squeezed: 7,
  /** The tables at the sample that has just ended, from which playing can begin (index.ts): flags, then its bytes. Nobody else needs it. */
  keyframe: 8,
  /** Where those are: flags, then its bytes. */
  index: 9,
} as const;

/** Bits of the first byte of a chunk that may be one of several. */
export const Flag = {
  /** squeezed: it can be read without those before it. */
  anew: 1,
  /** state: nothing before it leads to it; it is a sample of its own. */
  gap: 2,
  /** The next chunk has more of it. */
  more: 4,
} as const;

export interface Chunk {
  readonly kind: number;
  readonly timeMs: number;
  /** Valid until the next chunk is read. */
  readonly payload: Uint8Array;
}

/** Layouts from before records of further kinds or fields at the end of one were added: what there was is as it has been. */
const EARLIER_LAYOUTS: readonly number[] = [
  1076161063, /* before TcpLimits, and `end` beside `several` */
  1337595535, /* before the ancestors at the end of a process */
  2986865055, /* before Sending.lost */
  1726225224, /* before TcpPath, and `connect_us` at the end of TcpRecord */
  2986865055, /* before Translation */
  2307293771, /* before Dropped, and the features of a tick */
  648227328, /* before DnsAnswer, and `dns_unread` at the end of a tick */
  2659020614, /* before TcpReset */
  1948101330, /* before the parent's name at the end of a process */
  737634166, /* before the sockets apart at the end of a tick */
  135985549, /* before snapshots of changes alone */
  4269581814, /* before End.notAccepted */
];

/** A program writes records of this layout. */
function layoutChecksum(): number {
  return crc32(JSON.stringify(layout));
}

/** Whether this program reads records of a layout. */
export function isReadable(checksum: number): boolean {
  return checksum === layoutChecksum() || EARLIER_LAYOUTS.includes(checksum);
}

export function headerBytes(version = VERSION): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES), view = new DataView(bytes.buffer);
  bytes.set(MAGIC);
  view.setUint32(8, version, true);
  view.setUint32(12, layoutChecksum(), true);
  view.setUint32(28, crc32(bytes.subarray(0, 28)), true);
  return bytes;
}

/** In `room` where that is large enough, which must then be done with before the next call. */
export function chunkBytes(kind: number, timeMs: number, payload: Uint8Array, room?: Uint8Array): Uint8Array {
  const length = CHUNK_HEADER_BYTES + payload.length;
  const bytes = room !== undefined && room.length >= length ? room.subarray(0, length) : new Uint8Array(length);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  view.setUint32(20, 0, true);
  view.setUint32(0, kind, true);
  view.setUint32(4, payload.length, true);
  view.setFloat64(8, timeMs, true);
  bytes.set(payload, CHUNK_HEADER_BYTES);
  view.setUint32(16, chunkCrc(bytes, payload), true);
  return bytes;
}

/** `header` is that of the chunk. */
export function chunkCrc(header: Uint8Array, payload: Uint8Array): number {
  return crc32(payload, crc32(header.subarray(0, 16)));
}
