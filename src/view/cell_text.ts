import type { Column } from "./column.ts";
import { fitted, textCells } from "./width.ts";

/** Fewer cells of a name say nothing. */
const LEAST_PEER = 4;

/** The text in so many cells. Who is at the other end stands behind the address, in what that leaves. */
export function cellText(column: Column, text: string, width: number): string {
  if (textCells(text) <= width) return text;
  const at = column.id === "remote" ? text.indexOf(" ") : -1;
  if (at < 0) return cut(column, text, width);
  const endpoint = text.slice(0, at), room = width - textCells(endpoint) - 1;
  if (room < LEAST_PEER) return cut(column, endpoint, width);
  return `${endpoint} ${fitted(text.slice(at + 1), room)}`;
}

/** An address loses its middle, a host name its beginning, but not the sign that it comes from reverse DNS. */
function cut(column: Column, text: string, width: number): string {
  if (column.cut !== "middle" || /^[\d\[]/.test(text)) return fitted(text, width, column.cut);
  return text.startsWith("~") ? `~${fitted(text.slice(1), width - 1, "begin")}` : fitted(text, width, "begin");
}
