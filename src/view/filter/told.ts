/** Filters that nothing can match, as the source never tells what they ask for. */
import type { SourceInfo } from "../../system/source_info.ts";
import { isNeverTold } from "../column.ts";
import { type Filter, printFilter, someTerm } from "./ast.ts";

/** Fields that test what a column of another name shows. */
const COLUMN_OF: ReadonlyMap<string, string> = new Map([["limited", "limit"]]);

/** What rows of events never have: nothing moves in a moment, and nothing is waited for. */
const NEVER_OF_EVENTS = new Set(["rx/s", "tx/s", "rate", "limit", "queue", "overflows"]);
/** Of the states only these two. */
const OF_EVENTS = ["ESTABLISHED", "CLOSED"];

type IsUntold = (term: Filter) => boolean;

/** `hasCommands`: command lines are read, if it is of this machine. `ofEvents`: the rows are events. A sentence that says of which part that is so; null:
 * something may match. */
export function matchesNothing(
  filter: Filter,
  source: SourceInfo,
  hasCommands = true,
  ofEvents = false,
): string | null {
  if (asksForCommands(filter)) {
    const why = whyNoCommands(source, hasCommands);
    if (why !== null) return `Nothing can match command: ${why}`;
  }
  const term = untold(filter, (term) => isOfSource(term, source));
  if (term !== null) return `Nothing can match ${printFilter(term)}: ${whyNever(columnOf(term)!, source)}`;
  const unmoved = ofEvents ? untold(filter, isOfSamples) : null;
  return unmoved && `Nothing can match ${printFilter(unmoved)}: --events has TCP connections as they open and end`;
}

/** Why no row has anything in the column of this id; null: some may. */
export function showsNothing(id: string, source: SourceInfo, hasCommands: boolean): string | null {
  if (id === "command") return whyNoCommands(source, hasCommands);
  return isNeverTold(id, source) ? whyNever(id, source) : null;
}

function whyNoCommands({ notes, many }: SourceInfo, hasCommands: boolean): string | null {
  if (many) return "hosts tell no command lines";
  if (notes.some(({ code }) => code === "replay")) return "a recording has no command lines";
  return hasCommands ? null : "command lines are not read, start with --command";
}

function whyNever(column: string, { tcp }: SourceInfo): string {
  return column === "host" ? "it takes --hosts" : `by ${tcp} that is never known`;
}

/** Whoever asks for command lines wants them read. */
export function asksForCommands(filter: Filter): boolean {
  return someTerm(filter, (term) => term.kind === "field" && term.field === "command");
}

function isOfSource(term: Filter, source: SourceInfo): boolean {
  const column = columnOf(term);
  return column !== null && isNeverTold(column, source);
}

function isOfSamples(term: Filter): boolean {
  const column = columnOf(term);
  if (column === null || term.kind !== "field") return column !== null && NEVER_OF_EVENTS.has(column);
  const value = term.value.toUpperCase().replaceAll("-", "_");
  if (term.field === "proto") return value === "UDP";
  return term.field === "state" ? !OF_EVENTS.some((name) => name.startsWith(value)) : NEVER_OF_EVENTS.has(column);
}

/** null: it is about no single column. */
function columnOf(term: Filter): string | null {
  if (term.kind === "compare") return term.column;
  return term.kind === "field" ? COLUMN_OF.get(term.field) ?? term.field : null;
}

function untold(filter: Filter, isUntold: IsUntold): Filter | null {
  switch (filter.kind) {
    case "field":
    case "compare":
      return isUntold(filter) ? filter : null;
    case "and":
      return filter.terms.map((term) => untold(term, isUntold)).find((term) => term !== null) ?? null;
    case "or": {
      const terms = filter.terms.map((term) => untold(term, isUntold));
      return terms.every((term) => term !== null) ? terms[0] : null;
    }
    default:
      return null;
  }
}
