/** Which flows, in which groups, order and columns. */
import type { Options } from "../options.ts";
import { hasGroupField } from "../output/group_fields.ts";
import { type Column, columnById, HISTORY, SCREEN_COLUMNS, screenColumnById, TOTAL_RATE } from "../view/column.ts";
import { allOf, anyOf, type Filter, FilterError } from "../view/filter/ast.ts";
import { parseFilter } from "../view/filter/parse.ts";
import { asksForCommands } from "../view/filter/told.ts";
import { type Grouping, GROUPINGS } from "../view/group_key.ts";
import type { Raw } from "./definition.ts";
import { processName, usage, whole } from "./values.ts";

/** --filter and the options that are short for one, all of which must hold. */
export function filters(raw: Raw): Filter | null {
  const field = (field: string, value: string | number): Filter => ({ kind: "field", field, value: String(value) });
  const union = (name: string, values: readonly string[] = [], checked: (value: string) => string | number) =>
    anyOf([...new Set(values.map(checked))].map((value) => field(name, value)));
  const terms: (Filter | null)[] = [
    union("pid", raw.pid, (value) => whole("--pid", value, 0, 2 ** 22)),
    union("port", raw.port, (value) => whole("--port", value, 1, 65535)),
    union("process", raw.process, processName),
  ];
  if (raw[4]) terms.push(field("family", 4));
  if (raw[6]) terms.push(field("family", 6));
  const texts = raw.filter ?? [], ofKill = raw.kill === undefined ? -1 : texts.length - 1; // killed() has put it there
  texts.forEach((text, i) => terms.push(parsedFilter(i === ofKill ? "kill" : "--filter", text)));
  return allOf(terms.filter((term) => term !== null));
}

/** Nothing at all is a shell's variable that was never set: everything would pass. */
function parsedFilter(given: "--filter" | "kill", text: string): Filter | null {
  if (text.trim() === "") throw usage(`${given} takes a filter, not nothing: everything is shown without the option`);
  try {
    return parseFilter(text);
  } catch (error) {
    if (!(error instanceof FilterError)) throw error;
    throw usage(`${given} '${text}': ${error.message}`);
  }
}

/** Whoever names the column or the field wants them. */
export function wantsCommands(raw: Raw, filter: Filter | null): boolean {
  return raw.when?.some((text) => /\bcommand:/i.test(text)) ||
    raw.columns !== undefined && columns(raw).some(({ id }) => id === "command") ||
    filter !== null && asksForCommands(filter);
}

export function columns({ columns: text = "", csv, group: by }: Raw): Column[] {
  const named = text.split(",").map((id) => screenColumnById(id.trim()) ?? id);
  const unknown = named.find((column) => typeof column === "string");
  if (unknown !== undefined) throw unknownColumn("--columns", unknown, [...SCREEN_COLUMNS, TOTAL_RATE]);
  const grouping = csv === undefined ? null : group(by), chosen = [...new Set(named as Column[])];
  if (chosen.every((column) => column === HISTORY)) throw usage("--columns takes another column beside history");
  const unfit = grouping && chosen.find((column) => column !== HISTORY && !hasGroupField(column, grouping));
  if (unfit) throw usage(`--csv with --group has no column '${unfit.id}', only the group and what adds up`);
  return chosen;
}

function unknownColumn(option: string, id: string, known: readonly Column[]) {
  const ids = known.map(({ id }) => id);
  return usage(`${option} knows no column '${id}', only ${ids.slice(0, -1).join(", ")} and ${ids.at(-1)}`);
}

export function group(text: string): Grouping | null {
  if (text === "none") return null;
  const grouping = GROUPINGS.find((grouping) => grouping === text);
  if (grouping === undefined) throw usage(`--group takes ${GROUPINGS.join(", ")} or none, not '${text}'`);
  return grouping;
}

export function sort(text: string): Options["sort"] {
  const [id, ...rest] = text.split(":"), order = rest.length > 0 ? rest.join(":") : undefined;
  const column = columnById(id);
  if (column === undefined) {
    throw unknownColumn("--sort", id, [...SCREEN_COLUMNS, TOTAL_RATE].filter((column) => column !== HISTORY));
  }
  if (order !== undefined && order !== "asc" && order !== "desc") {
    throw usage(`--sort takes :asc or :desc behind the column, not ':${order}'`);
  }
  return { column, descending: order === undefined ? column.descending : order === "desc" };
}
