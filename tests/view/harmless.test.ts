import { ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { harmless, harmlessJson, harmlessLines, harmlessName } from "../../src/harmless.ts";

Deno.test("harmless() shows control characters as pictures of them", () => {
  strictEqual(harmless("\x1b[2Jrm\n\t\x00"), "␛[2Jrm␊␉␀");
  strictEqual(harmless("a\x7fb\x9bc"), "a␡b\ufffdc");
});

Deno.test("harmless() takes away what reorders or hides text", () => {
  strictEqual(harmless("\u202egpj.exe\u200b\u2066\ufeff"), "\ufffdgpj.exe\ufffd\ufffd\ufffd");
  // What a terminal may give no cell: the letter that stood there before would stay.
  for (const hidden of "\u00ad\u0600\u115f\u1160\u180e\u3164\uffa0\u{1bca0}\u{1d173}\u{e0001}\u{e0061}\u{e01f0}") {
    strictEqual(harmless(`a${hidden}b`), "a\ufffdb", hidden.codePointAt(0)!.toString(16));
  }
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    ok(
      [...harmless(text)].every((character) =>
        !/\p{Default_Ignorable_Code_Point}/u.test(character) || /\p{M}/u.test(character)
      ),
    );
  }));
});

Deno.test("harmless() leaves names of all languages alone", () => {
  for (const name of ["nginx: worker", "прокси", "日本語", "naïve-é", "🦕", "❤️", "서버"]) {
    strictEqual(harmless(name), name);
  }
});

Deno.test("harmless() lets no control character through, and changes nothing twice", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    const shown = harmless(text);
    // deno-lint-ignore no-control-regex
    ok(!/[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/.test(shown));
    strictEqual(harmless(shown), shown);
  }));
});

Deno.test("harmlessName() shows a name in which there is nothing to be seen", () => {
  for (
    const [name, shown] of [
      ["   ", "␣␣␣"],
      ["", '""'],
      ["\u00a0\u3000\u2003\u2800", "␣␣␣␣"],
      ["\n \t", "␊ ␉"],
      [" a b ", " a b "],
      ["\x1b", "␛"],
      ["\u200b", "\ufffd"],
    ]
  ) strictEqual(harmlessName(name), shown);
  fc.assert(fc.property(fc.string({ unit: "binary" }), (name) => {
    const shown = harmlessName(name);
    ok(shown.trim() !== "");
    strictEqual(harmlessName(shown), shown);
  }));
});

Deno.test("harmlessLines() leaves line ends and tabs, and nothing else", () => {
  strictEqual(harmlessLines("a\tb\n\x1b\x07\x7f\x9b\rc\r\n\u202e\r"), "a\tb\n␛␇␡\ufffd␍c\r\n\ufffd␍");
});

Deno.test("harmlessJson() keeps what a document means, and is ASCII where it must be", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), fc.boolean(), (text, ascii) => {
    const document = JSON.stringify({ text }) + "\n", shown = harmlessJson(document, ascii);
    strictEqual(JSON.parse(shown).text, text);
    strictEqual(harmlessLines(shown), shown);
    ok(!ascii || /^[\x20-\x7e]*\n$/.test(shown));
  }));
});
