import type { ScreenState } from "./state.ts";

/** Which lines of the terminal show what. */
export interface Geometry {
  readonly headRows: number;
  readonly titleY: number;
  readonly bodyY: number;
  readonly bodyRows: number;
  /** 0 rows: the pane is closed. */
  readonly detailsY: number;
  readonly detailsRows: number;
  readonly footY: number;
}

const DETAILS_ROWS = 17;
/** A table of fewer lines beside the details is of no use. */
const LEAST_BODY = 5;

/** `notes`: lines that the head needs for what the user must know. */
export function geometryOf({ columns: _, rows, details }: ScreenState, notes: number): Geometry {
  const headRows = rows < 8 ? Math.min(1, rows) : 2 + Math.min(notes, Math.max(0, Math.min(3, rows - 10)));
  const left = Math.max(0, rows - headRows - 2);
  const beside = left - DETAILS_ROWS >= LEAST_BODY;
  const detailsRows = !details ? 0 : beside ? DETAILS_ROWS : left + 1;
  const bodyRows = !details ? left : beside ? left - DETAILS_ROWS : 0;
  return {
    headRows,
    titleY: headRows,
    bodyY: headRows + 1,
    bodyRows,
    detailsY: headRows + (detailsRows === left + 1 ? 0 : 1 + bodyRows),
    detailsRows,
    footY: rows - 1,
  };
}
