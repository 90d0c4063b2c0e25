/** A filter as a value: what parseFilter() makes, printFilter() writes and compileFilter() turns into a test of a row. */
import { UNSAFE } from "../../harmless.ts";
import type { Unit } from "../column.ts";
import { isMistaken } from "./cidr.ts";
import { namesField } from "./field_names.ts";
import { isUnitName, quantityText } from "./quantity.ts";

export type Operator = ">=" | "<=" | "!=" | "=" | ">" | "<";

export type Filter =
  /** The text anywhere: process, user, address, name, port, pid, protocol, state, container. */
  | { readonly kind: "any"; readonly text: string }
  /** Connections that have ended and never were established. */
  | { readonly kind: "failed" }
  /** A field of FIELDS; the value has been checked. */
  | {
    readonly kind: "field";
    readonly field: string;
    readonly value: string;
    /** NAME=VALUE: the whole of it, not a part. */
    readonly exact?: boolean;
  }
  /** A number column; `value` in its unit. */
  | {
    readonly kind: "compare";
    readonly column: string;
    readonly unit: Unit;
    readonly operator: Operator;
    readonly value: number;
  }
  | { readonly kind: "not"; readonly term: Filter }
  | { readonly kind: "and" | "or"; readonly terms: readonly Filter[] };

/** What is wrong with a filter, and where: `position` counts characters from 0. */
export class FilterError extends Error {
  override readonly name = "FilterError";
  constructor(readonly problem: string, readonly position: number) {
    super(`${problem} (at character ${position + 1})`);
  }
}

const KEYWORDS = new Set(["and", "or", "not", "failed"]);

/** The filter as text; parsing it gives the same filter again. */
export function printFilter(filter: Filter): string {
  switch (filter.kind) {
    case "any":
      return quoted(filter.text, isMistaken(filter.text) || namesField(filter.text));
    case "failed":
      return "failed";
    case "field":
      return `${filter.field}${filter.exact ? "=" : ":"}${quoted(filter.value)}`;
    case "compare":
      return `${filter.column}${filter.operator}${quantityText(filter.unit, filter.value)}`;
    case "not":
      return `not ${nested(filter.term)}`;
    case "and":
      return filter.terms.map((term, i) => besideNumber(filter.terms[i - 1], term) ? `"${term.text}"` : nested(term))
        .join(" ");
    case "or":
      return filter.terms.map(nested).join(" or ");
  }
}

/** Whether a word would be taken for the unit of the number before it. */
function besideNumber(before: Filter | undefined, term: Filter): term is Extract<Filter, { kind: "any" }> {
  return before !== undefined && term.kind === "any" && isUnitName(term.text) && endsInNumber(before);
}

function endsInNumber(filter: Filter): boolean {
  return filter.kind === "not" ? endsInNumber(filter.term) : filter.kind === "compare";
}

function nested(filter: Filter): string {
  const text = printFilter(filter);
  return filter.kind === "and" || filter.kind === "or" ? `(${text})` : text;
}

/** A line of text, or UTF-8, has no place for controls, line ends and halves of a character; and what is hidden, or reorders the line, would have whoever
 * reads a policy see another one. */
const UNWRITTEN = new RegExp(`${UNSAFE.source}|\\p{Cs}`, "gu");

/** Bare where nothing in it could be read otherwise. Always one line. */
function quoted(text: string, isMistaken = false): string {
  const isPlain = !isMistaken && /^[\w.\/-]+$/.test(text) && !KEYWORDS.has(text.toLowerCase());
  if (isPlain) return text;
  const escaped = text.replace(/["\\]/g, "\\$&");
  return `"${escaped.replace(UNWRITTEN, (one) => `\\u{${one.codePointAt(0)!.toString(16)}}`)}"`;
}

/** All of them must hold; null when there is none. */
export function allOf(filters: readonly Filter[]): Filter | null {
  const terms = filters.flatMap((filter) => filter.kind === "and" ? filter.terms : [filter]);
  return terms.length > 1 ? { kind: "and", terms } : terms[0] ?? null;
}

/** null: there is none to choose from. */
export function anyOf(filters: readonly Filter[]): Filter | null {
  return filters.length > 1 ? { kind: "or", terms: filters } : filters[0] ?? null;
}

/** Whether any part of the filter holds true for `test`. */
export function someTerm(filter: Filter, test: (term: Filter) => boolean): boolean {
  if (filter.kind === "not") return someTerm(filter.term, test);
  if (filter.kind === "and" || filter.kind === "or") return filter.terms.some((term) => someTerm(term, test));
  return test(filter);
}
