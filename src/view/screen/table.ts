/** The table: titles and lines. */
import { isStale } from "../../flow/host.ts";
import type { Sample } from "../../flow/sample.ts";
import { Canvas, Role } from "../canvas.ts";
import { type Column, HISTORY } from "../column.ts";
import { isListener, limitedBy } from "../../flow/row.ts";
import { groupLabel, groupText } from "../group.ts";
import { limitCounts } from "../group_reasons.ts";
import { parseFilter } from "../filter/parse.ts";
import { matchesNothing } from "../filter/told.ts";
import { type Place, placeColumns } from "../layout.ts";
import { limitRole, mostUrgent } from "../limit.ts";
import { cellText } from "../cell_text.ts";
import { fitted, textCells } from "../width.ts";
import type { Geometry, ScreenState } from "./state.ts";
import { isSortedBy, type Item, type Lines, tableColumns } from "./lines.ts";

/** Cells left of the first column: + new, × ended, ? of a host that is silent, ! lost datagrams in this sample, ▸ ▾ a group. */
export const GUTTER = 1;
/** A connection counts as new for this long. */
const NEW_MS = 3000;

/** What the column HISTORY has of a line. */
export type Past = (item: Item, cells: number) => string;

export function drawTable(
  canvas: Canvas,
  state: ScreenState,
  sample: Sample | null,
  lines: Lines,
  geometry: Geometry,
  past: Past,
) {
  const { bodyRows, bodyY, titleY } = geometry, places = placeColumns(tableColumns(state), canvas.columns, GUTTER);
  if (bodyRows <= 0) return;
  drawTitles(canvas, state, places, titleY);
  if (sample === null) return;
  for (let line = 0; line < bodyRows && state.top + line < lines.items.length; line++) {
    drawItem(canvas, state, sample, places, bodyY + line, lines.items[state.top + line], past);
    if (state.top + line === state.index) canvas.select(0, bodyY + line, canvas.columns);
  }
  if (lines.items.length > 0) return;
  canvas.put(2, bodyY + Math.min(1, bodyRows - 1), fitted(nothing(state, sample), canvas.columns - 2), Role.dim);
}

function nothing(state: ScreenState, sample: Sample): string {
  const all = state.protocol?.[0];
  if (state.filter !== null) {
    const filter = parseFilter(state.filterText),
      why = filter && matchesNothing(filter, sample.source, sample.commands !== undefined);
    if (why !== null || state.protocol === null) return `${why ?? "Nothing matches the filter"}. / changes it.`;
    return `No ${state.protocol.toUpperCase()} flow matches the filter. / changes it, ${all} shows TCP and UDP.`;
  }
  if (state.protocol !== null) return `No ${state.protocol.toUpperCase()} flows. ${all} shows all again.`;
  const { tcp, udp, many } = sample.source;
  if (many === true && tcp === null && udp === null) return "No host is heard.";
  return sample.length === 0 ? "No connections." : "No connections. L shows listening sockets.";
}

function drawTitles(canvas: Canvas, state: ScreenState, places: readonly Place[], y: number): void {
  canvas.fill(0, y, canvas.columns, Role.title);
  for (const { column, x, width } of places) {
    const sorted = isSortedBy(state, column), arrow = state.sort.descending ? "▼" : "▲";
    const title = sorted ? `${fitted(column.title, width - 1)}${arrow}` : fitted(column.title, width);
    const cells = textCells(title), at = column.align === "right" ? x + width - cells : x;
    canvas.put(at, y, title, sorted ? Role.sorted : Role.title, width);
  }
}

function drawItem(
  canvas: Canvas,
  state: ScreenState,
  sample: Sample,
  places: readonly Place[],
  y: number,
  item: Item,
  past: Past,
): void {
  const [mark, role] = gutter(state, sample, item);
  canvas.put(0, y, mark, role);
  places.forEach((place, i) => {
    const { column, x, width } = place, isLabel = i === 0 && state.group !== null;
    const indent = isLabel && typeof item === "number" ? 2 : 0;
    const text = column === HISTORY
      ? past(item, width)
      : typeof item === "number"
      ? column.text(sample, item)
      : isLabel
      ? groupLabel(sample, item, width, column.cut)
      : groupText(sample, item, column);
    const shown = isLabel ? fitted(text, width - indent) : cellText(column, text, width - indent);
    const cells = textCells(shown);
    const at = column.align === "right" ? x + width - cells : x + indent;
    canvas.put(at, y, shown, cellRole(sample, item, column, text, i), width - indent);
  });
}

function gutter(state: ScreenState, sample: Sample, item: Item): [string, Role] {
  if (typeof item !== "number") return [state.expanded.has(item.id) ? "▾" : "▸", Role.label];
  if (sample.flows.closed[item]) return ["×", Role.dim];
  if (isStale(sample, item)) return ["?", Role.dim];
  if (sample.flows.rxDroppedDelta[item] > 0) return ["!", Role.warning];
  return isNew(sample, item) ? ["+", Role.fresh] : [" ", Role.text];
}

/** A flow that opened a moment ago is marked. */
export function isNew({ flows, timeNs }: Sample, row: number): boolean {
  return flows.openedNs[row] !== 0 && timeNs - flows.openedNs[row] < NEW_MS * 1e6;
}

function cellRole(sample: Sample, item: Item, column: Column, text: string, place: number): Role {
  if (typeof item !== "number") {
    if (column.id === "limit") return limitRole(mostUrgent(limitCounts(sample.flows, item.rows)));
    return place === 0 ? Role.strong : figureRole(column, text);
  }
  if (sample.flows.closed[item] || isStale(sample, item)) return Role.dim;
  if (place === 0) return isNew(sample, item) ? Role.fresh : Role.strong;
  if (column.id === "remote") return text.startsWith("~") ? Role.dim : Role.text;
  if (column.id === "state") return isListener(sample.flows, item) ? Role.listening : stateRole(text);
  if (column.id === "limit") return limitRole(limitedBy(sample.flows, item));
  return figureRole(column, text);
}

const SETTLED = new Set(["ESTABLISHED", "ACTIVE", "IDLE"]);

function stateRole(text: string): Role {
  return SETTLED.has(text) ? Role.dim : Role.label;
}

/** Zeros and dashes are dim; rates and losses have colours. */
function figureRole(column: Column, text: string): Role {
  if (column === HISTORY) return Role.label;
  if (text === "-" || text === "*") return Role.dim;
  if (text === "0 B/s" || text === "0 bit/s") return Role.dim;
  if (column.id === "rx/s") return Role.received;
  if (column.id === "tx/s") return Role.sent;
  if (column.id === "retrans") return text === "0" ? Role.dim : Role.warning;
  return column.unit === "count" && text === "0" ? Role.dim : Role.text;
}
