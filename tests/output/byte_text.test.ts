import { strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { bytesOf, ByteText, constant, Ipv4Between, NumberBehind } from "../../src/output/byte_text.ts";
import { written } from "../support/pieces.ts";

const POWERS = Array.from(
  { length: 64 },
  (_, i) => [2 ** i - 1, 2 ** i, 2 ** i + 1, 36 ** (i % 12), 36 ** (i % 12) - 1],
);
const NUMBERS = [0, -0, -1, 0.5, 1e21, 1e-7, ...POWERS.flat(), ...POWERS.flat().map((value) => 10 ** value % 2 ** 53)];

Deno.test("ByteText writes numbers as templates and toString(36) do", () => {
  for (const value of NUMBERS.filter(Number.isFinite)) {
    strictEqual(written((to) => to.number(value)), `${value}`);
    strictEqual(written((to) => to.base36(value)), value.toString(36));
  }
  fc.assert(fc.property(fc.oneof(fc.maxSafeNat(), fc.nat(), fc.double({ noNaN: true })), (value) => {
    strictEqual(written((to) => to.number(value)), `${value}`);
    strictEqual(written((to) => to.base36(value)), value.toString(36));
  }));
  fc.assert(fc.property(fc.nat(999_999), (value) => {
    strictEqual(written((to) => to.padded(value, 6)), String(value).padStart(6, "0"));
  }));
});

Deno.test("NumberBehind writes a number, or null, behind its text, each time", () => {
  const number = new NumberBehind('"n":'), cell = new NumberBehind(",", "");
  for (const value of [...NUMBERS.filter(Number.isFinite), 255, 256, 257, 7, 7, null, null]) {
    strictEqual(written((to) => number.put(to, value)), `"n":${value}`);
    strictEqual(written((to) => cell.put(to, value)), `,${value ?? ""}`);
  }
});

Deno.test("Ipv4Between writes each address between its texts, however often it comes", () => {
  const between = new Ipv4Between("<", ">"),
    few = fc.array(fc.constantFrom(0, 1, 10, 127, 255), { minLength: 4, maxLength: 4 });
  fc.assert(fc.property(fc.array(few), fc.nat(3), (addresses, from) => {
    for (const octets of addresses) {
      const bytes = Uint8Array.from([...Array(from).fill(9), ...octets, 9]);
      strictEqual(written((to) => between.put(to, bytes, from)), `<${octets.join(".")}>`);
    }
  }));
});

Deno.test("ByteText writes fractions as templates do", () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.nat(), fc.maxSafeNat(), fc.double({ noNaN: true })),
      fc.integer({ min: 1, max: 3 }),
      (count, digits) => {
        strictEqual(written((to) => to.fraction(count, digits)), `${count / 10 ** digits}`);
      },
    ),
  );
  for (let count = 0; count < 2100; count++) strictEqual(written((to) => to.fraction(count, 3)), `${count / 1000}`);
});

Deno.test("ByteText writes any text as UTF-8, one behind the other, in memory that grows", () => {
  fc.assert(fc.property(fc.array(fc.oneof(fc.string({ unit: "grapheme" }), fc.string({ unit: "binary" }))), (texts) => {
    const text = written((to) => {
      for (const text of texts) {
        to.text(text);
        to.put(bytesOf("|"));
      }
    });
    strictEqual(text, texts.map((text) => `${text}|`).join(""));
  }));
  const long = "é".repeat(1 << 17), to = new ByteText();
  for (let i = 0; i < 2; i++) {
    to.clear();
    to.text(long);
    to.put(bytesOf(long));
    strictEqual(new TextDecoder().decode(to.bytes), long + long);
  }
});

Deno.test("ByteText writes addresses, and what may be null", () => {
  strictEqual(written((to) => to.ipv4(new Uint8Array([9, 0, 10, 99, 255]), 1)), "0.10.99.255");
  strictEqual(written((to) => [null, 7].forEach((value) => to.numberOrNull(value))), "null7");
  strictEqual(written((to) => [null, true, false].forEach((value) => to.booleanOrNull(value))), "nulltruefalse");
});

Deno.test("ByteText.plain() takes what needs no quotes, and writes nothing of anything else", () => {
  for (const text of ["", "a", "10.0.0.1", "fe80::1%eth0", "t1-abc@2", "TIME_WAIT", "kworker/0:1-events", "a b"]) {
    strictEqual(written((to) => strictEqual(to.plain(text), true)), text);
  }
  for (const text of ["-1", "=1", "+1", "@a", " a", "a,b", 'a"b', "a\nb", "a\rb", "\t", "é", "a\u2028", "'a"]) {
    strictEqual(written((to) => strictEqual(to.plain(text), false)), "");
  }
});

Deno.test("ByteText writes constants of any length one behind the other, and addresses of IPv4", () => {
  const lengths = [...Array.from({ length: 12 }, (_, i) => i), 127, 128, 129, 300_000];
  const texts = lengths.map((length) => "aé€b".repeat(length).slice(0, length));
  strictEqual(
    written((to) => {
      for (const text of texts) to.add(constant(text));
    }),
    texts.join(""),
  );
  // No bits of a number may change, whatever stands where its exponent is.
  const characters = fc.constantFrom("\x00", "\x7f", "a", "é", "€", "\u{10ffff}", "\u{1f600}");
  fc.assert(fc.property(fc.string({ unit: characters, maxLength: 30 }), (text) => {
    strictEqual(written((to) => to.add(constant(text))), text);
  }));
  fc.assert(fc.property(fc.uint8Array({ minLength: 6, maxLength: 6 }), (bytes) => {
    strictEqual(written((to) => to.ipv4(bytes, 2)), bytes.subarray(2).join("."));
  }));
});
