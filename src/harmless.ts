/** Text from elsewhere, made fit for a terminal: nothing in the result moves the cursor or hides. */

// Controls (C0, DEL, C1), line and paragraph separators, and what reorders or hides text or is not to be seen itself: format characters (tags and
// marks of bidirectional text among them), fillers, and the rest of Default_Ignorable_Code_Point but for marks on a letter, such as variation selectors. A
// terminal that gives one of them no cell would leave what stood in its cell before.
export const UNSAFE =
  // deno-lint-ignore no-control-regex
  /[\u0000-\u001f\u007f-\u009f\p{Cf}\u2028\u2029\u2060-\u206f\u115f\u1160\u3164\uffa0\ufff0-\ufffb\u{e0000}-\u{e00ff}\u{e01f0}-\u{e0fff}]/gu;

const NOT_ASCII = /[^\u0020-\u007e]/gu;

/** Nearly every text is harmless, and a look that finds nothing makes no garbage: a filter asks for each flow. */
const SOME_UNSAFE = new RegExp(UNSAFE.source, "u");

/** Control characters become their picture (ESC is ␛), the rest of the unsafe ones U+FFFD's place holder. */
export function harmless(text: string): string {
  if (!SOME_UNSAFE.test(text)) return text;
  return text.replace(UNSAFE, (character) => {
    const code = character.charCodeAt(0);
    if (code < 0x20) return String.fromCharCode(0x2400 + code);
    return code === 0x7f ? "\u2421" : "\ufffd";
  });
}

/** What looks like nothing. */
const BLANK = /[\s\u2800]/gu, NOT_BLANK = /[^\s\u2800]/u;
const OPEN_BOX = "\u2423", NOTHING = '""';

/** The same for a name, which fills a cell or stands in a line: one with nothing in it to be seen would look as if there were none. Its blanks
 * become U+2423, and one without any character is "". */
export function harmlessName(name: string): string {
  const shown = harmless(name);
  if (NOT_BLANK.test(shown)) return shown;
  return shown === "" ? NOTHING : shown.replace(BLANK, OPEN_BOX);
}

/** The same for whole lines on their way to a terminal: line ends and tabs stay, which move the cursor no further than text does. A CR
 * alone would let what follows stand over what came before. */
export function harmlessLines(text: string): string {
  return SOME_UNSAFE.test(text)
    ? text.split(/(\r?\n|\t)/).map((part, i) => i % 2 === 1 ? part : harmless(part)).join("")
    : text;
}

/** The same for lines of JSON, which can say every character by its number: the document means what it did. `ascii`: all beyond ASCII too. */
export function harmlessJson(text: string, ascii: boolean): string {
  const all = ascii ? NOT_ASCII : UNSAFE;
  return text.replace(all, (character) => character === "\n" ? character : escaped(character));
}

function escaped(character: string): string {
  return character.split("").map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`).join("");
}
