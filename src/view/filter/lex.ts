import { FilterError, type Operator } from "./ast.ts";

export type Token =
  & { readonly at: number; readonly end: number }
  & (
    | { readonly kind: "(" | ")" | "and" | "or" | "not" | "failed" }
    | { readonly kind: "word"; readonly text: string; readonly quoted: boolean }
    /** NAME:VALUE or NAME OP VALUE, the latter with or without spaces. `valueAt` is where the value begins. */
    | {
      readonly kind: "pair";
      readonly name: string;
      readonly operator: ":" | Operator;
      readonly value: string;
      readonly quoted: boolean;
      readonly valueAt: number;
    }
  );

/** Of Unicode. */
const LAST_CODE = 0x10ffff;
// A name is letters, or one of the figures of conditions: an IPv6 address or an endpoint (10.0.0.1:443) begins otherwise or is caught by ADDRESS.
const PAIR = /((?:(?:totals|health)\.)?[a-z_]+(?:\/s)?)(?:(:)|\s*(>=|<=|!=|=|>|<)\s*)/iy;
const ADDRESS = /[\[\]0-9a-f:.\/]+(?:%[^\s()/:]+(?:\/\d+|\]:\d+)?)?(?=$|[\s()])/iy;
const BARE = /[^\s()"]+/y;
/** A character by its number in Unicode, or one that is taken as it is. */
const ESCAPE = /\\(?:u\{([0-9a-f]{1,6})\}|([\s\S]))/gi;
const QUOTED = /"((?:[^"\\]|\\[\s\S])*)"/y;

/** The words of a filter. Throws FilterError. */
export function lexFilter(text: string): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < text.length;) {
    const character = text[at];
    if (/\s/.test(character)) at++;
    else {
      const token = nextToken(text, at);
      tokens.push(token);
      at = token.end;
    }
  }
  return tokens;
}

function nextToken(text: string, at: number): Token {
  const character = text[at];
  if (character === "(" || character === ")") return { kind: character, at, end: at + 1 };
  if (character === "!") return { kind: "not", at, end: at + 1 };
  const pair = pairAt(text, at);
  if (pair !== null) return pair;
  const { value, end } = valueAt(text, at);
  const keyword = character === '"' ? "" : value.toLowerCase();
  if (keyword === "and" || keyword === "or" || keyword === "not" || keyword === "failed") {
    return { kind: keyword, at, end };
  }
  return { kind: "word", text: value, quoted: character === '"', at, end };
}

function pairAt(text: string, at: number): Token | null {
  const match = matchAt(PAIR, text, at);
  if (match === null) return null;
  const [whole, name, colon, comparison] = match, operator = colon ?? comparison, valueBegins = at + whole.length;
  if (operator === ":" && matchAt(ADDRESS, text, at) !== null && name.length <= 4) return null;
  if (valueBegins >= text.length || /[\s()]/.test(text[valueBegins])) {
    throw new FilterError(`nothing stands after '${whole.trim()}'`, valueBegins);
  }
  const { value, end } = valueAt(text, valueBegins);
  return {
    kind: "pair",
    name: name.toLowerCase(),
    operator: operator as Operator | ":",
    value,
    quoted: text[valueBegins] === '"',
    valueAt: valueBegins,
    at,
    end,
  };
}

function valueAt(text: string, at: number): { value: string; end: number } {
  if (text[at] !== '"') {
    const [value] = matchAt(BARE, text, at)!;
    return { value, end: at + value.length };
  }
  const match = matchAt(QUOTED, text, at);
  if (match === null) throw new FilterError("this quote has no end", at);
  if (match[1] === "") throw new FilterError("there is nothing between these quotes", at);
  return { value: match[1].replace(ESCAPE, unescaped), end: at + match[0].length };
}

function unescaped(whole: string, number: string | undefined, character: string | undefined): string {
  if (number === undefined) return character!;
  const code = parseInt(number, 16);
  return code <= LAST_CODE ? String.fromCodePoint(code) : whole;
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}
