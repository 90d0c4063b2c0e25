import { zstdCompressSync, zstdDecompressSync } from "node:zlib";

/** No more than this is ever asked for, whatever the bytes say. */
const MOST_BYTES = 1 << 28;

/** ZSTD_c_compressionLevel of zstd.h, which is part of its ABI. By its number: node:zlib is loaded once a function of it is called. */
const COMPRESSION_LEVEL = 100;
/** The fastest: on records higher levels save a few per cent, and take several times as long. */
const LEVEL = { [COMPRESSION_LEVEL]: 1 };
/** Node writes into pieces of one size, which wait for the collector: where one holds all, nothing is put together from several. */
const LEAST_PIECE = 1 << 14, MOST_PIECE = 1 << 24, SHARE = 8;

export function squeezed(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return exact(zstdCompressSync(bytes, { params: LEVEL, chunkSize: pieceOf(bytes.length / SHARE) }));
}

/** Throws an Error when they are not what squeezed() makes. `about`: how many there will be, where that is known. They begin at a multiple of 8 of their buffer. */
export function unsqueezed(bytes: Uint8Array, about = 4 * bytes.length): Uint8Array<ArrayBuffer> {
  const spread = zstdDecompressSync(bytes, { maxOutputLength: MOST_BYTES, chunkSize: pieceOf(about + 1) });
  const { buffer, byteOffset, byteLength } = spread;
  return byteOffset % 8 === 0 ? new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength) : exact(spread);
}

function pieceOf(bytes: number): number {
  return Math.max(LEAST_PIECE, Math.min(MOST_PIECE, Math.ceil(bytes)));
}

/** Gives memory of unsqueezed() back at once, which else waits for the collector. Nothing may look at it any more. */
export function released({ buffer }: Uint8Array): void {
  if (buffer.byteLength >= LEAST_PIECE) (buffer as ArrayBuffer).transfer(0);
}

/** A buffer of Node's may be a piece of a larger one, which would be kept with it, or begin anywhere in it. */
function exact({ buffer, byteOffset, byteLength }: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(byteLength), all = new Uint8Array(buffer, byteOffset, byteLength);
  bytes.set(all);
  released(all);
  return bytes;
}
