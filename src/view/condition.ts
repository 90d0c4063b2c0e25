/** What --when asks for: EXPR [for DUR], in the filter language. */
import type { Sample } from "../flow/sample.ts";
import { columnById, type NumberColumn, type Unit } from "./column.ts";
import { allOf, type Filter, FilterError, someTerm } from "./filter/ast.ts";
import { COMPARISONS, compileFilter } from "./filter/compile.ts";
import { asksForListeners, type Predicate } from "./filter/fields.ts";
import { lexFilter, type Token } from "./filter/lex.ts";
import { parseFilter } from "./filter/parse.ts";
import { FIGURES, figureUnit } from "./figures.ts";
import { isTotalled, total } from "./group.ts";
import type { Grouping } from "./group_key.ts";
import { totalsOf } from "./totals.ts";

/** Whether something holds of these rows together. */
export type Test = (sample: Sample, rows: readonly number[]) => boolean;

export interface Condition {
  /** As it was asked for. */
  readonly text: string;
  /** What it holds for: each flow, each group, all flows together; or what is met for the first time. */
  readonly of: "flow" | "group" | "all" | "remote" | "process";
  /** The rows that it counts; null: all. */
  readonly rows: Predicate | null;
  /** The same as it was parsed. */
  readonly filter: Filter | null;
  /** Listening sockets are among them. */
  readonly listeners: boolean;
  /** Of a group, or of all. */
  readonly together: Test;
  /** It has to hold for so long, without a sample in which it does not. */
  readonly forNs: number;
}

const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1e3, m: 60e3, h: 3600e3 };
const DAY_MS = 86_400_000;

/** `by`: what rows are grouped by. Throws FilterError. */
export function parseCondition(text: string, by: Grouping | null): Condition {
  const { expression, forNs } = timed(text);
  refuseFor(expression);
  const [, what, rest] = /^\s*new\s+(remote|process)(?:\s+and\b|\s*$|(?=[\s(]))(.*)$/is.exec(expression) ?? [];
  if (what !== undefined) return novelty(text, what.toLowerCase() as "remote" | "process", rest, forNs);
  refuseNew(expression, true);
  const filter = parseFilter(expression, (name) => figure(name));
  if (filter === null) throw new FilterError("a condition must stand here", 0);
  const { ofRows, ofAll } = parted(filter, by);
  const rows = allOf(ofRows), together = allOf(ofAll);
  const counts = together !== null && someTerm(together, (term) => term.kind === "compare" && term.column === "flows");
  const grouped = by !== null && (rows !== null || together === null || someTerm(together, (term) => !isMachine(term)));
  const holds = together === null ? () => true : testOf(together);
  // Of no row nothing is said, but how many there are.
  const needsRow = grouped || rows !== null && !counts;
  return {
    text: text.trim(),
    of: grouped ? "group" : together === null ? "flow" : "all",
    rows: rows === null ? null : compileFilter(rows),
    filter: rows,
    listeners: rows !== null && asksForListeners(rows),
    together: needsRow ? (sample, rows) => rows.length > 0 && holds(sample, rows) : holds,
    forNs,
  };
}

function timed(text: string): { expression: string; forNs: number } {
  const [, expression, digits, unit, wrong] =
    /^(.*\S)\s+for\s+(?:(\d{1,9}(?:\.\d{1,9})?)(ms|s|m|h)|(\S*))\s*$/is.exec(text) ?? [];
  if (wrong !== undefined && /^\d/.test(wrong)) {
    throw new FilterError(`'${wrong}' is no time such as 500ms, 30s, 5m or 1h`, text.lastIndexOf(wrong));
  }
  if (/\S\s+for\s*$/i.test(text)) {
    throw new FilterError("behind 'for' stands a time such as 30s", text.trimEnd().length);
  }
  if (digits === undefined) return { expression: text, forNs: 0 };
  const ms = Number(digits) * UNITS_MS[unit.toLowerCase()];
  if (ms > DAY_MS) throw new FilterError("a condition waits for a day at most", text.lastIndexOf(digits));
  return { expression, forNs: Math.round(ms * 1e6) };
}

function novelty(text: string, of: "remote" | "process", rest: string, forNs: number): Condition {
  if (forNs > 0) throw new FilterError(`a new ${of} is new for a moment: it takes no 'for'`, text.lastIndexOf(" for "));
  const behind = " ".repeat(text.length - rest.length) + rest, filter = parseFilter(behind);
  refuseNew(behind, false);
  return {
    text: text.trim(),
    of,
    rows: filter === null ? null : compileFilter(filter),
    filter,
    listeners: filter !== null && asksForListeners(filter),
    together: () => true,
    forNs,
  };
}

/** A time that is not at the end, or is none, which as words would match nothing. */
function refuseFor(text: string): void {
  const tokens = lexFilter(text);
  tokens.forEach((token, i) => {
    const next = tokens[i + 1];
    if (!isBare(token, "for") || next?.kind !== "word" || next.quoted || !/^-?\d/.test(next.text)) return;
    throw new FilterError(
      "'for' and a time such as 30s stand at the end; a word that is meant stands in quotes",
      token.at,
    );
  });
}

/** `new` without what is new, which nothing would ever match. Beside another word it is one: new york. `begins`: the text is the whole condition. */
function refuseNew(text: string, begins: boolean): void {
  const tokens = lexFilter(text);
  tokens.forEach((token, i) => {
    const next = tokens[i + 1], further = tokens[i + 2]?.kind, first = begins && i === 0;
    if (!isBare(token, "new") || next?.kind === "word" && next.quoted) return;
    if (!first && (isBare(next, "remote") || isBare(next, "process"))) {
      throw new FilterError(
        "'new …' stands at the beginning, and once; a word that is meant stands in quotes",
        token.at,
      );
    }
    if (next?.kind !== "word" || first && (further === undefined || further === "and")) {
      throw new FilterError("behind 'new' stands remote or process; a word that is meant stands in quotes", token.at);
    }
  });
}

function isBare(token: Token | undefined, word: string): boolean {
  return token?.kind === "word" && !token.quoted && token.text.toLowerCase() === word;
}

function figure(name: string): Unit | null {
  if (name === "flows") return "count";
  return FIGURES.has(name) ? figureUnit(name) : null;
}

/** Of all flows, whatever rows there are. */
function isMachine(term: Filter): boolean {
  return term.kind === "compare" && FIGURES.has(term.column);
}

/** What holds of rows apart, and of all of them together: a group's sums, their number, figures of the machine. */
function parted(filter: Filter, by: Grouping | null): { ofRows: Filter[]; ofAll: Filter[] } {
  const isOfAll = (term: Filter) =>
    term.kind === "compare" && (isFigure(term.column) || by !== null && isSum(term.column));
  const parts = { ofRows: [] as Filter[], ofAll: [] as Filter[] };
  for (const term of filter.kind === "and" ? filter.terms : [filter]) {
    if (!someTerm(term, isOfAll)) parts.ofRows.push(term);
    else if (!someTerm(term, (part) => !isOfAll(part))) parts.ofAll.push(term);
    else {
      const of = by === null ? "all flows" : "a group";
      throw new FilterError(`'or' and 'not' cannot join what holds of ${of} with what holds of one flow; 'and' can`, 0);
    }
  }
  return parts;
}

const isFigure = (name: string) => name === "flows" || FIGURES.has(name);

function isSum(name: string): boolean {
  const column = columnById(name);
  return column !== undefined && isTotalled(column);
}

function testOf(filter: Filter): Test {
  switch (filter.kind) {
    case "compare": {
      const { column, operator, value: wanted } = filter, of = valueOf(column), holds = COMPARISONS[operator];
      return (sample, rows) => {
        const value = of(sample, rows);
        return value !== null && holds(value, wanted);
      };
    }
    case "not": {
      const test = testOf(filter.term);
      return (sample, rows) => !test(sample, rows);
    }
    case "and": {
      const tests = filter.terms.map(testOf);
      return (sample, rows) => tests.every((test) => test(sample, rows));
    }
    case "or": {
      const tests = filter.terms.map(testOf);
      return (sample, rows) => tests.some((test) => test(sample, rows));
    }
    default:
      throw new Error("no figure");
  }
}

function valueOf(name: string): (sample: Sample, rows: readonly number[]) => number | null {
  const figure = FIGURES.get(name);
  if (figure !== undefined) return (sample) => figure(sample, totalsOf(sample));
  if (name === "flows") return (_, rows) => rows.length;
  const { value } = columnById(name) as NumberColumn;
  return (sample, rows) => total(sample, rows, value);
}
