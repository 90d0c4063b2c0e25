import { deepStrictEqual, throws } from "node:assert/strict";
import { createHash } from "node:crypto";
import fc from "fast-check";
import { sha1 } from "../../../src/output/otlp/sha1.ts";

Deno.test("sha1() is what node:crypto has, of each length that it takes", () => {
  const words = new Int32Array(5);
  fc.assert(fc.property(fc.uint8Array({ maxLength: 55 }), (bytes) => {
    sha1(bytes, words);
    const wanted = createHash("sha1").update(bytes).digest();
    deepStrictEqual([...words], [0, 4, 8, 12, 16].map((at) => wanted.readInt32BE(at)));
  }));
  throws(() => sha1(new Uint8Array(56), words), /up to 55 bytes/);
});
