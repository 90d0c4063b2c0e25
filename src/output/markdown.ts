/** Text from elsewhere in Markdown, as GitHub and others read it (GFM): it is shown as it is, and means nothing. */
import { harmless } from "../harmless.ts";

/** A name of 255 bytes would hide the rest. */
const MOST_CHARACTERS = 100;

/** Within a code span these are only themselves, and such a text neither begins nor ends with a blank. */
const PLAIN = /^(?! )[\p{L}\p{N} ._:\/()\[\],+=…-]*(?<! )$/u;

// What is ASCII, and no letter, digit or blank; and without those that mean nothing within a sentence.
const MEANINGFUL = /[!-\/:-@[-`{-~]/g, MEANINGFUL_IN_PROSE = /[!-&*+\/:-@[-`{-~]|\.(?! |$)/g;

/** One cell or a part of a line. Where a character could end the span, or the cell that it is in, it is written by its number. */
export function code(text: string): string {
  const shown = shortened(harmless(text));
  if (shown.trim() === "") return "<code>&#32;</code>";
  if (PLAIN.test(shown)) return `\`${shown}\``;
  return `<code>${shown.replace(MEANINGFUL, byNumber)}</code>`;
}

/** A sentence, which does not begin with what a list or a heading begins with. */
export function prose(text: string): string {
  return harmless(text).replace(MEANINGFUL_IN_PROSE, byNumber);
}

const byNumber = (character: string) => `&#${character.charCodeAt(0)};`;

function shortened(text: string): string {
  const characters = [...text];
  return characters.length > MOST_CHARACTERS ? `${characters.slice(0, MOST_CHARACTERS - 1).join("")}…` : text;
}

/** Cells are Markdown; `right`: those columns that are figures. */
export function table(
  heads: readonly string[],
  right: ReadonlySet<string>,
  rows: readonly (readonly string[])[],
): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(heads), line(heads.map((head) => right.has(head) ? "--:" : "---")), ...rows.map(line)];
}

/** Of the language of a block of code, whose text has no line that begins with ```. */
export function block(language: string, text: string): string[] {
  return [`\`\`\`${language}`, ...text.trimEnd().split("\n"), "```"];
}
