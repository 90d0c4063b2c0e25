import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { asciiText, consoleText, localeCharset, terminalCharset, unchanged } from "../../src/view/charset.ts";
import { textCells } from "../../src/view/width.ts";

Deno.test("asciiText() has a likeness for what the program draws, and a question mark a cell for the rest", () => {
  strictEqual(asciiText("12 µs × ↑ ▼ … ▁▄█ ┌─┐ │ −3 ± 4"), "12 us - ^ - ~ .=@ +-+ | -3 ~ 4");
  strictEqual(asciiText("日本é"), "?????");
  strictEqual(asciiText("e\u0301"), "e");
  strictEqual(asciiText("\x1b[1;1Hplain"), "\x1b[1;1Hplain");
});

Deno.test("asciiText() makes no letter or digit of a mark that stands beside a name or a title", () => {
  deepStrictEqual(["×", "▸", "▾", "▲", "▼"].map(asciiText), ["-", ">", "<", "+", "-"]);
});

Deno.test("asciiText() gives ASCII in as many cells, whatever the text", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), (text) => {
    // deno-lint-ignore no-control-regex
    strictEqual(/^[\x00-\x7f]*$/.test(asciiText(text)), true);
    strictEqual(textCells(asciiText(text)), textCells(text));
  }));
});

Deno.test("localeCharset() goes by the first variable that says something", () => {
  const ascii = (env: Record<string, string>) => localeCharset((name) => env[name]) !== unchanged;
  for (const utf8 of ["C.UTF-8", "en_US.utf8", "de_DE.UTF-8@euro"]) strictEqual(ascii({ LANG: utf8 }), false, utf8);
  for (const other of ["C", "POSIX", "de_DE", "de_DE.ISO-8859-1"]) strictEqual(ascii({ LANG: other }), true, other);
  strictEqual(ascii({ LC_ALL: "C", LANG: "C.UTF-8" }), true);
  strictEqual(ascii({ LC_ALL: "", LC_CTYPE: "C.UTF-8", LANG: "C" }), false);
  strictEqual(ascii({}), false);
});

Deno.test("terminalCharset() keeps from Linux's console what its fonts lack, where the locale would let it through", () => {
  const of = (env: Record<string, string>) => terminalCharset((name) => env[name]);
  strictEqual(of({ TERM: "linux", LANG: "C.UTF-8" }), consoleText);
  strictEqual(of({ TERM: "linux" }), consoleText);
  strictEqual(of({ TERM: "linux", LC_ALL: "C" }), asciiText);
  for (const TERM of ["xterm-256color", "linux-16color-not", "tmux"]) strictEqual(of({ TERM }), unchanged, TERM);
  strictEqual(consoleText("▁▂▃▄▅▆▇█ 3 µs × ↓ ▼ ▸ … │"), "._-=+*#@ 3 µs × ↓ ▼ ▸ … │");
});
