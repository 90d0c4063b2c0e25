import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { fitted, headOf, named, tailOf, textCells, wrapped } from "../../src/view/width.ts";

Deno.test("textCells() counts wide characters twice and marks not at all", () => {
  deepStrictEqual(["abc", "日本", "e\u0301x", "한글", "", "␛[0m"].map(textCells), [3, 4, 2, 4, 0, 4]);
});

Deno.test("fitted() cuts where the text can lose most easily", () => {
  strictEqual(fitted("firefox", 7), "firefox");
  strictEqual(fitted("firefox-bin", 7), "firefo…");
  strictEqual(fitted("long.host.example.org:443", 12, "begin"), "…ple.org:443");
  strictEqual(fitted("[2001:db8::1]:443", 9, "middle"), "[200…:443");
  strictEqual(fitted("日本語", 4), "日…");
  strictEqual(fitted("abc", 0), "");
});

Deno.test("named() cuts the name, and never so far that nothing of it is left", () => {
  deepStrictEqual(["curl", "a-long-one"].map((name) => named(name, " [11]", 13)), ["curl [11]", "a-long-… [11]"]);
  deepStrictEqual(["curl", "a-long-one"].map((name) => named(name, " [11]", 0)), ["curl [11]", "a-long-… [11]"]);
});

Deno.test("wrapped() breaks between words, loses none, and keeps every line within the cells", () => {
  deepStrictEqual(wrapped("one two three", 8), ["one two", "three"]);
  deepStrictEqual(wrapped("", 8), []);
  fc.assert(fc.property(fc.array(fc.string({ unit: "grapheme" })), fc.integer({ min: 2, max: 40 }), (words, cells) => {
    const text = words.join(" "), lines = wrapped(text, cells);
    strictEqual(lines.join("").replaceAll(" ", ""), text.replaceAll(" ", ""));
    deepStrictEqual(lines.filter((line) => textCells(line) > cells), []);
  }));
});

Deno.test("headOf(), tailOf() and fitted() stay within the cells", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "日", "\u0301", "é", "🦕", ".") });
  fc.assert(fc.property(text, fc.nat(20), (text, cells) => {
    for (const part of [headOf(text, cells), tailOf(text, cells), fitted(text, cells), fitted(text, cells, "middle")]) {
      strictEqual(textCells(part) <= cells, true, part);
    }
  }));
});
