import type { Device } from "../render/terminal.ts";

/** Of rows and of columns: an 8K display with letters of 6 pixels has 1,280 by 400. Anybody can give a terminal 65,535 of each (TIOCSWINSZ), which would be
 * four thousand million cells. */
const MOST_COLUMNS = 1500, MOST_ROWS = 1000;

/** What a terminal is taken for that does not know how large it is, as a serial console, or one that ssh or a script has made: its size is 0 by 0. */
const USUAL = { columns: 80, rows: 24 };

interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** What the terminal says of its size, else the variables that the shell or the user has set for it (environ(7)), else what is usual. */
export function knownSize(told: Size, variable: (name: string) => string | undefined): Size {
  const known = (cells: number, name: string, usual: number) => cells > 0 ? cells : positive(variable(name)) ?? usual;
  return {
    columns: known(told.columns, "COLUMNS", USUAL.columns),
    rows: known(told.rows, "LINES", USUAL.rows),
  };
}

function positive(text: string | undefined): number | null {
  return text !== undefined && /^[1-9]\d{0,4}$/.test(text) ? Number(text) : null;
}

/** How much of the terminal is drawn on. Throws when the terminal has gone. */
export function screenSize(device: Pick<Device, "size">): Size {
  const { columns, rows } = device.size();
  return { columns: Math.min(columns, MOST_COLUMNS), rows: Math.min(rows, MOST_ROWS) };
}
