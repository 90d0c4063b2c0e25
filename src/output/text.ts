import type { Sample } from "../flow/sample.ts";
import { type Column, inUnits } from "../view/column.ts";
import { type Group, groupColumns, groupLabel, groupText } from "../view/group.ts";
import type { Grouping } from "../view/group_key.ts";
import { harmless } from "../harmless.ts";
import { cellText } from "../view/cell_text.ts";
import { fitting, nextToLeave } from "../view/layout.ts";
import { notesOf } from "../view/notes.ts";
import { totalsOf } from "../view/totals.ts";
import { rateTexts } from "../view/units.ts";
import { textCells } from "../view/width.ts";

export interface TextLook {
  readonly bits?: boolean;
  /** Cells of the terminal, for which columns are left out as the live screen does it; null: all columns. */
  readonly across?: number | null;
  /** The column that rows are sorted by stays where others are left out. */
  readonly sort?: Column | null;
}

const GAP = 2;

/** The sample as a plain table: a head line, titles, a line a flow, and a line for each thing the user must know. */
export function textTable(
  sample: Sample,
  rows: readonly number[],
  asked: readonly Column[],
  look: TextLook = {},
): string {
  const columns = inUnits(asked, look.bits ?? false);
  return table(sample, columns, rows.map((row) => columns.map((column) => column.text(sample, row))), look);
}

/** The same with a line a group. */
export function groupTable(
  sample: Sample,
  groups: readonly Group[],
  columns: readonly Column[],
  by: Grouping,
  look: TextLook = {},
): string {
  const [label, ...others] = inUnits(groupColumns(columns, by), look.bits ?? false);
  const cells = (
    group: Group,
  ) => [groupLabel(sample, group), ...others.map((column) => groupText(sample, group, column))];
  const named = (line: number, room: number) => harmless(groupLabel(sample, groups[line], room, label.cut));
  return table(sample, [label, ...others], groups.map(cells), look, named);
}

function table(
  sample: Sample,
  columns: readonly Column[],
  raw: readonly (readonly string[])[],
  { bits = false, across = null, sort = null }: TextLook,
  /** What the first column has of a line in so many cells; null: its text, cut. */
  named: ((line: number, room: number) => string) | null = null,
): string {
  const cells = raw.map((line) => line.map(harmless));
  const widths = columns.map((column, i) =>
    cells.reduce((width, line) => Math.max(width, textCells(line[i])), textCells(column.title))
  );
  const ranked = columns.map((column) => column.id === sort?.id ? { ...column, stays: true } : column);
  const shown = placed(ranked, widths, across ?? Infinity);
  const text = (texts: readonly string[], i: number, y: number) =>
    i === 0 && y >= 0 && named !== null ? named(y, shown[i]) : cellText(columns[i], texts[i], shown[i]);
  const line = (texts: readonly string[], y: number) =>
    texts.map((_, i) => shown[i] === 0 ? null : padded(text(texts, i, y), shown[i], columns[i].align))
      .filter((text) => text !== null).join(" ".repeat(GAP)).trimEnd();
  const notes = notesOf(sample).map(({ message, remedy }) => `! ${message}${remedy === null ? "" : `. ${remedy}`}`);
  return [
    ...[headLine(sample, rateTexts(bits)), ...notes].map(harmless),
    line(columns.map(({ title }) => title), -1),
    ...cells.map(line),
    "",
  ].join("\n");
}

/** The cells of each column on a line of `room`, 0: it has none. One that can take what is left over is cut to its floor before it leaves, and the first
 * where none leaves. */
function placed(columns: readonly Column[], widths: readonly number[], room: number): readonly number[] {
  const widthOf = new Map(columns.map((column, i) => [column, widths[i]]));
  const cutTo = (column: Column) =>
    column.weight > 0 ? Math.min(column.floor, widthOf.get(column)!) : widthOf.get(column)!;
  const kept = new Set(
    fitting(columns, room, (column, last) => column === last ? cutTo(column) : widthOf.get(column)!, GAP),
  );
  const all = [...kept], last = nextToLeave(all) ?? all[0];
  const beyond = Math.max(0, all.reduce((sum, column) => sum + widthOf.get(column)! + GAP, -GAP) - room);
  return columns.map((column, i) => {
    if (!kept.has(column)) return 0;
    return column === last ? Math.max(cutTo(column), widths[i] - beyond) : widths[i];
  });
}

/** By the cells of a terminal: a wide character takes two, a mark none. */
function padded(text: string, cells: number, align: Column["align"]): string {
  const blank = " ".repeat(cells - textCells(text));
  return align === "right" ? blank + text : text + blank;
}

function headLine(sample: Sample, rateText: (bytesPerS: number) => string): string {
  const totals = totalsOf(sample), byAddress = totals.insideByAddressBytesPerS;
  const parts = [
    new Date(sample.wallMs).toISOString(),
    `in ${rateText(totals.rxBytesPerS)} out ${rateText(totals.txBytesPerS)}`,
    `inside ${rateText(totals.insideBytesPerS)}${byAddress > 0 ? ` (${rateText(byAddress)} by address)` : ""}`,
    `${totals.tcp} tcp ${totals.udp} udp`,
    `${totals.opened} opened ${totals.closed} closed${totals.failed > 0 ? ` ${totals.failed} failed` : ""}`,
    `${sample.source.tcp ?? "no source"}`,
    `lost ${sample.health.eventsLost}`,
  ];
  return parts.join(" | ");
}
