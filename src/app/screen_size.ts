import type { Device } from "../render/terminal.ts";

/** Of rows and of columns: an 8K display with letters of 6 pixels has 1,280 by 400. Anybody can give a terminal 65,535 of each (TIOCSWINSZ), which would be
 * four thousand million cells. */
const MOST_COLUMNS = 1500, MOST_ROWS = 1000;

/** How much of the terminal is drawn on. Throws when the terminal has gone. */
export function screenSize(device: Pick<Device, "size">): { readonly columns: number; readonly rows: number } {
  const { columns, rows } = device.size();
  return { columns: Math.min(columns, MOST_COLUMNS), rows: Math.min(rows, MOST_ROWS) };
}
