import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { released } from "./byte_list.ts";

/** No more than this is ever asked for, whatever the bytes say. */
const MOST_BYTES = 1 << 28;

/** ZSTD_c_compressionLevel of zstd.h, which is part of its ABI. By its number: node:zlib is loaded once a function of it is called. */
const COMPRESSION_LEVEL = 100;
/** An eighth less than the fastest on records, in about the same time; higher ones save a few per cent, and take longer and longer. */
const LEVEL = { [COMPRESSION_LEVEL]: 2 };
const MAGIC = 0xfd2fb528;
/** Node writes into pieces of one size, which wait for the collector: where one holds all, nothing is put together from several. */
const LEAST_PIECE = 1 << 14, MOST_PIECE = 1 << 24, SHARE = 8;

/** A stream of Node's takes a third of a millisecond to be made; of so few bytes zstd would save a hundred. */
const PLAIN_BYTES = 512;

export function squeezed(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  if (bytes.length <= PLAIN_BYTES) return plainFrame(bytes);
  // How many bytes there were is in the result, for sizeOf().
  const options = { params: LEVEL, chunkSize: pieceOf(bytes.length / SHARE), pledgedSrcSize: bytes.length };
  return exact(zstdCompressSync(bytes, options));
}

/** A frame with the bytes as they are: one segment, in one raw block (RFC 8878, 3.1.1). */
function plainFrame(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { length } = bytes, isShort = length < 256, at = isShort ? 6 : 7;
  const frame = new Uint8Array(at + 3 + length), view = new DataView(frame.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint8(4, isShort ? 0x20 : 0x60);
  if (isShort) view.setUint8(5, length);
  else view.setUint16(5, length - 256, true);
  view.setUint8(at, 1 | (length & 0x1f) << 3);
  view.setUint16(at + 1, length >> 5, true);
  frame.set(bytes, at + 3);
  return frame;
}

/** Throws an Error when they are not what squeezed() makes, or more than `mostBytes`. They begin at a multiple of 8 of their buffer. */
export function unsqueezed(bytes: Uint8Array, mostBytes = MOST_BYTES): Uint8Array<ArrayBuffer> {
  const chunkSize = pieceOf((sizeOf(bytes) ?? 4 * bytes.length) + 1);
  const spread = zstdDecompressSync(bytes, { maxOutputLength: mostBytes, chunkSize });
  const { buffer, byteOffset, byteLength } = spread;
  return byteOffset % 8 === 0 ? new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength) : exact(spread);
}

/** How many bytes a frame of zstd says that it holds (RFC 8878, 3.1.1.1); null: it does not say, as those of earlier versions do not. */
export function sizeOf(frame: Uint8Array): number | null {
  if (frame.length < 14) return null;
  const view = new DataView(frame.buffer, frame.byteOffset), descriptor = view.getUint8(4);
  const isSingle = (descriptor & 1 << 5) !== 0, at = 5 + (isSingle ? 0 : 1) + [0, 1, 2, 4][descriptor & 3];
  if (view.getUint32(0, true) !== MAGIC) return null;
  switch (descriptor >> 6) {
    case 0:
      return isSingle ? view.getUint8(at) : null;
    case 1:
      return view.getUint16(at, true) + 256;
    case 2:
      return view.getUint32(at, true);
    default:
      return null; // more than 4 GiB
  }
}

function pieceOf(bytes: number): number {
  return Math.max(LEAST_PIECE, Math.min(MOST_PIECE, Math.ceil(bytes)));
}

/** A buffer of Node's may be a piece of a larger one, which would be kept with it, or begin anywhere in it. */
function exact({ buffer, byteOffset, byteLength }: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(byteLength), all = new Uint8Array(buffer, byteOffset, byteLength);
  bytes.set(all);
  released(all);
  return bytes;
}
