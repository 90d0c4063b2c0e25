import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { sizeOf, squeezed, unsqueezed } from "../../../src/source/recording/zstd.ts";

const SIZES = [0, 1, 100, 255, 256, 257, 65_791, 65_792, 1_000_003];
const bytesOf = (size: number) => new Uint8Array(size).map((_, i) => i * i >> 5);

Deno.test("unsqueezed() gives back what squeezed() was given, in memory of just that size", () => {
  for (const size of SIZES) {
    const bytes = bytesOf(size), frame = squeezed(bytes);
    deepStrictEqual(unsqueezed(frame), bytes);
    if (frame.length >= 14) strictEqual(sizeOf(frame), size);
  }
  strictEqual(unsqueezed(squeezed(bytesOf(1_000_003))).buffer.byteLength, 1_000_004);
});

Deno.test("unsqueezed() reads frames that do not say how large they are, as earlier versions wrote them", () => {
  for (const size of SIZES) {
    const bytes = bytesOf(size), frame = zstdCompressSync(bytes);
    strictEqual(sizeOf(frame), null);
    deepStrictEqual(unsqueezed(frame), bytes);
  }
});

Deno.test("unsqueezed() believes no size", () => {
  const frame = squeezed(bytesOf(1_000_003)), isSingle = (frame[4] & 1 << 5) !== 0;
  new DataView(frame.buffer).setUint32(isSingle ? 5 : 6, 0xfffffff0, true);
  strictEqual(sizeOf(frame), 0xfffffff0);
  throws(() => unsqueezed(frame));
});

Deno.test("squeezed() leaves few bytes as they are, in a frame that anybody's zstd reads", () => {
  for (const size of [0, 1, 31, 32, 255, 256, 257, 511, 512, 513]) {
    const bytes = bytesOf(size), frame = squeezed(bytes);
    deepStrictEqual(new Uint8Array(zstdDecompressSync(frame)), bytes);
    strictEqual(frame.length <= size + 10, true);
  }
});
