/** Text for a terminal or a reader that takes ASCII alone: a byte of UTF-8 would be a wrong character there, or two. */
import { codePointCells } from "./width.ts";

export type Charset = (text: string) => string;

const BARS = [..."▁▂▃▄▅▆▇█"].map((bar, i) => [bar, "._-=+*#@"[i]] as const);

/** Cell for cell, so that what stood in a column still does. */
const ASCII: ReadonlyMap<string, string> = new Map([
  ["µ", "u"],
  ["×", "-"],
  ["−", "-"],
  ["±", "~"],
  ["·", "-"],
  ["…", "~"],
  ["↑", "^"],
  ["↓", "v"],
  ["→", ">"],
  ["←", "<"],
  // What stands beside a name or a title is no letter, as "xredis" or "RX/sv" would be another. → opens what has >, ← closes what has <.
  ["▲", "+"],
  ["▼", "-"],
  ["▸", ">"],
  ["▾", "<"],
  ...[..."┌┐└┘├┤┬┴┼"].map((corner) => [corner, "+"] as const),
  ["─", "-"],
  ["│", "|"],
  ["▀", "'"],
  ...BARS,
]);

/** What has no likeness is a question mark a cell. */
export function asciiText(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replace(/[^\x00-\x7f]/gu, (character) => {
    const code = character.codePointAt(0)!;
    if (code >= 0x2400 && code < 0x2420) return "^";
    return ASCII.get(character) ?? "?".repeat(codePointCells(code));
  });
}

const BY_BAR: ReadonlyMap<string, string> = new Map(BARS);

/** For Linux's own console. Its fonts have 256 or 512 characters: those of Debian's console-setup (Lat15, Uni2, each of Fixed, Terminus and
 * VGA) have all that is drawn but bars of less than a whole cell. */
export function consoleText(text: string): string {
  return text.replace(/[▀-█]/g, (bar) => BY_BAR.get(bar) ?? "'");
}

export const unchanged: Charset = (text) => text;

/** What the locale speaks, as setlocale(3) finds it: the first of LC_ALL, LC_CTYPE and LANG that is not empty. Where none is, nobody
 * has said anything, and nearly every terminal of today takes UTF-8. */
export function localeCharset(variable: (name: string) => string | undefined): Charset {
  const locale = ["LC_ALL", "LC_CTYPE", "LANG"].map(variable).find((value) => value !== undefined && value !== "");
  return locale === undefined || /utf-?8/i.test(locale) ? unchanged : asciiText;
}

/** What a terminal takes: what the locale says, and its fonts have. */
export function terminalCharset(variable: (name: string) => string | undefined): Charset {
  const ofLocale = localeCharset(variable);
  return ofLocale === unchanged && variable("TERM") === "linux" ? consoleText : ofLocale;
}
