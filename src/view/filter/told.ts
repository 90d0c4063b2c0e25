/** Filters that nothing can match, as the source never tells what they ask for. */
import type { SourceInfo } from "../../system/source_info.ts";
import { isNeverTold } from "../column.ts";
import { type Filter, printFilter, someTerm } from "./ast.ts";

/** Fields that test what a column of another name shows. */
const COLUMN_OF: ReadonlyMap<string, string> = new Map([["limited", "limit"]]);

/** `hasCommands`: command lines are known, which no recording has. A sentence that says of which part that is so; null: something may match. */
export function matchesNothing(filter: Filter, source: SourceInfo, hasCommands = true): string | null {
  if (!hasCommands && someTerm(filter, (term) => term.kind === "field" && term.field === "command")) {
    return source.notes.some(({ code }) => code === "replay")
      ? "Nothing can match command: a recording has no command lines"
      : "Command lines are not read: start with --command";
  }
  const term = untold(filter, source);
  if (term?.kind === "field" && term.field === "host") {
    return `Nothing can match ${printFilter(term)}: it takes --hosts`;
  }
  return term && `Nothing can match ${printFilter(term)}: by ${source.tcp} that is never known`;
}

function untold(filter: Filter, source: SourceInfo): Filter | null {
  switch (filter.kind) {
    case "field":
      return isNeverTold(COLUMN_OF.get(filter.field) ?? filter.field, source) ? filter : null;
    case "compare":
      return isNeverTold(filter.column, source) ? filter : null;
    case "and":
      return filter.terms.map((term) => untold(term, source)).find((term) => term !== null) ?? null;
    case "or": {
      const terms = filter.terms.map((term) => untold(term, source));
      return terms.every((term) => term !== null) ? terms[0] : null;
    }
    default:
      return null;
  }
}
