import { strictEqual } from "node:assert/strict";
import { finished, mix, mixAddress } from "../../src/flow/murmur.ts";

/** With the length mixed in before the end, as the reference has it: murmur3_32 of whole words. */
const murmur = (mixed: number, bytes: number) => finished(mixed ^ bytes);

Deno.test("mix(), mixAddress() and finished() are MurmurHash3", () => {
  strictEqual(murmur(0, 0), 0);
  strictEqual(murmur(1, 0), 0x514e28b7);
  strictEqual(murmur(mix(0, 0), 4), 0x2362f9de);
  strictEqual(murmur(mix(0, 0x87654321), 4), 0xf55b516b);
  strictEqual(murmur(mix(0x5082edee, 0x87654321), 4), 0x2362f9de);
});

Deno.test("mixAddress() takes 16 bytes from a place on, the lowest of each word first", () => {
  const bytes = Uint8Array.from({ length: 20 }, (_, i) => i);
  strictEqual(mixAddress(7, bytes, 3), [0x06050403, 0x0a090807, 0x0e0d0c0b, 0x1211100f].reduce(mix, 7));
});
