import { strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { InternedTexts } from "../../src/view/intern.ts";

const MOST = 512;

/** Numbers whose bytes are alike, as those of addresses are. */
const keyOf = (n: number) => new Uint8Array([10, 0, n >> 8, n, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, n & 1]);

Deno.test("InternedTexts makes each text once, however many there are, until there are too many", () => {
  const texts = new InternedTexts(MOST);
  let made = 0;
  const text = (n: number, extra = 0) => texts.text(keyOf(n), 0, extra, () => `${n} ${extra} ${++made}`);
  for (let n = 0; n < MOST; n++) strictEqual(text(n), `${n} 0 ${n + 1}`);
  for (let n = 0; n < MOST; n++) strictEqual(text(n), `${n} 0 ${n + 1}`);
  strictEqual(made, MOST);
  strictEqual(text(MOST), `${MOST} 0 ${MOST + 1}`);
  strictEqual(text(0), `0 0 ${MOST + 2}`, "one more, and all are forgotten");
  strictEqual(text(MOST), `${MOST} 0 ${MOST + 1}`);
});

Deno.test("InternedTexts tells apart by each byte and by the number", () => {
  const asked = fc.array(fc.tuple(fc.uint8Array({ minLength: 16, maxLength: 16 }), fc.nat(2)), { maxLength: 300 });
  fc.assert(fc.property(asked, fc.nat(3), (keys, at) => {
    const texts = new InternedTexts(4096);
    for (const [key, extra] of [...keys, ...keys]) {
      const bytes = new Uint8Array(at + 16), wanted = `${key} ${extra}`;
      bytes.set(key, at);
      strictEqual(texts.text(bytes, at, extra, () => wanted), wanted);
    }
  }));
});
