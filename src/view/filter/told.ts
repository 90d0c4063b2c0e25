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

/** `hasCommands`: command lines are known, which no recording has. `ofEvents`: the rows are events. A sentence that says of which part that is so; null:
 * something may match. */
export function matchesNothing(
  filter: Filter,
  source: SourceInfo,
  hasCommands = true,
  ofEvents = false,
): string | null {
  if (!hasCommands && someTerm(filter, (term) => term.kind === "field" && term.field === "command")) {
    return source.notes.some(({ code }) => code === "replay")
      ? "Nothing can match command: a recording has no command lines"
      : "Command lines are not read: start with --command";
  }
  const term = untold(filter, (term) => isOfSource(term, source));
  if (term?.kind === "field" && term.field === "host") {
    return `Nothing can match ${printFilter(term)}: it takes --hosts`;
  }
  if (term !== null) return `Nothing can match ${printFilter(term)}: by ${source.tcp} that is never known`;
  const unmoved = ofEvents ? untold(filter, isOfSamples) : null;
  return unmoved && `Nothing can match ${printFilter(unmoved)}: --events has TCP connections as they open and end`;
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
