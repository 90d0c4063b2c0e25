import { zstdCompressSync, zstdDecompressSync } from "node:zlib";

/** No more than this is ever asked for, whatever the bytes say. */
const MOST_BYTES = 1 << 28;

/** ZSTD_c_compressionLevel of zstd.h, which is part of its ABI. By its number: node:zlib is loaded once a function of it is called. */
const COMPRESSION_LEVEL = 100;
/** The fastest: on records higher levels save a few per cent, and take several times as long. */
const LEVEL = { params: { [COMPRESSION_LEVEL]: 1 } };

export function squeezed(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return exact(zstdCompressSync(bytes, LEVEL));
}

/** Throws an Error when they are not what squeezed() makes. */
export function unsqueezed(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return exact(zstdDecompressSync(bytes, { maxOutputLength: MOST_BYTES }));
}

/** A buffer of Node's may be a piece of a larger one, or begin anywhere in it. */
function exact({ buffer, byteOffset, byteLength }: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(byteLength);
  bytes.set(new Uint8Array(buffer, byteOffset, byteLength));
  return bytes;
}
