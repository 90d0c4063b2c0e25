import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { micromark } from "micromark";
import { gfm, gfmHtml } from "micromark-extension-gfm";
import { code, prose, table } from "../../src/output/markdown.ts";
import { harmless } from "../../src/harmless.ts";

/** As GitHub reads it, with the HTML that stands in it. */
const html = (markdown: string) =>
  micromark(markdown, { allowDangerousHtml: true, extensions: [gfm()], htmlExtensions: [gfmHtml()] });

const ENTITIES: Readonly<Record<string, string>> = { "&lt;": "<", "&gt;": ">", "&amp;": "&", "&quot;": '"' };

const plain = (text: string) => text.replace(/&(?:lt|gt|amp|quot);/g, (entity) => ENTITIES[entity]);

const HOSTILE = [
  "a|b",
  "a\\|b",
  "a\\",
  "`",
  "``a`",
  "a`b",
  "<script>alert(1)</script>",
  "<!--",
  "</code><img src=x onerror=alert(1)>",
  "[a](javascript:alert(1))",
  "![a](http://192.0.2.1/a.png)",
  "www.example.org",
  "https://example.org",
  "mallory@example.org",
  "@mallory #1",
  "**a** __b__ ~~c~~ $d$ :tada:",
  "&#124;&lt;",
  "- [x] a",
  "\x1b[2J\n# a",
  "a\r\n\r\n::error::b",
  "\u202eevil",
  " a ",
  "",
  "日本",
];

/** Most of it ASCII's punctuation, which is what means something. */
const texts = fc.oneof(
  fc.constantFrom(...HOSTILE),
  fc.string({ unit: fc.constantFrom(..."`|\\<>&#;:!@[](){}*_~$-+=.,/ \n\tab1") }),
  fc.string({ unit: "binary" }),
);

/** The one element that is in there, with this text; the blanks that HTML folds are one. */
function shownAsCode(element: string, text: string): void {
  const [whole, inner] = /^<code>([^<]*)<\/code>$/.exec(element) ?? [];
  ok(whole !== undefined, element);
  const characters = [...harmless(text)];
  const wanted = characters.length > 100 ? `${characters.slice(0, 99).join("")}…` : characters.join("");
  strictEqual(plain(inner).trim(), wanted.toWellFormed().trim());
}

Deno.test("code() shows any text as it is in a cell of a table, and no more cells than there are", () => {
  fc.assert(
    fc.property(texts, texts, (a, b) => {
      const lines = table(["A", "B", "C"], new Set(["C"]), [[code(a), code(b), "3"], [code(b), code(a), "4"]]);
      strictEqual(lines.length, 4);
      const rows = [...html(lines.join("\n")).matchAll(/<tr>\n([^]*?)<\/tr>/g)].slice(1).map(([, row]) =>
        [...row.matchAll(/<td[^>]*>(.*)<\/td>\n/g)].map(([, cell]) => cell)
      );
      deepStrictEqual(rows.map(({ length }) => length), [3, 3]);
      for (const [row, [first, second]] of [[a, b], [b, a]].entries()) {
        shownAsCode(rows[row][0], first);
        shownAsCode(rows[row][1], second);
      }
      deepStrictEqual(rows.map((row) => row[2]), ["3", "4"]);
    }),
    { numRuns: 500 },
  );
});

Deno.test("code() in a line, a list and a heading leads nowhere", () => {
  fc.assert(
    fc.property(texts, (text) => {
      for (const before of ["", "- ", "## "]) {
        const page = html(`${before}${code(text)}`), inner = page.replace(/<\/?(?:p|ul|li|h2)>|\n/g, "");
        shownAsCode(inner, text);
      }
    }),
    { numRuns: 500 },
  );
});

Deno.test("code() leaves what is usual as it can be read", () => {
  for (const text of ["npm test", "[2001:db8::1]:443/tcp", "a-b.example.org:443/udp", "日本"]) {
    strictEqual(code(text), `\`${text}\``);
  }
  strictEqual(code("a|b"), "<code>a&#124;b</code>");
  strictEqual(code("x".repeat(101)), `\`${"x".repeat(99)}…\``);
});

Deno.test("prose() is a sentence as it was, without links", () => {
  fc.assert(
    fc.property(texts, (text) => {
      const page = html(`> Sentence: ${prose(text)}`);
      const [, inner] = /^<blockquote>\n<p>([^<]*)<\/p>\n<\/blockquote>$/.exec(page) ?? [];
      strictEqual(plain(inner ?? page).trim(), `Sentence: ${harmless(text).toWellFormed()}`.trim());
    }),
    { numRuns: 500 },
  );
  strictEqual(prose("A note. See www.example.org"), "A note. See www&#46;example&#46;org");
});
