/** Everything the user has chosen on the screen. */
import type { Column } from "../column.ts";
import type { Predicate } from "../filter/fields.ts";
import type { Grouping } from "../group_key.ts";
import type { Sort } from "../sort.ts";

export type Mode =
  | { readonly kind: "table" }
  /** The filter is being typed. `caret` counts characters; `before` and `listenersBefore` are what Escape goes back to. */
  | {
    readonly kind: "prompt";
    readonly text: string;
    readonly caret: number;
    readonly before: string;
    readonly listenersBefore: boolean;
  }
  | { readonly kind: "sort" | "columns"; readonly index: number }
  | { readonly kind: "help"; readonly top: number };

/** What the screen asks of the program around it. */
export type Wish = "quit" | "redraw" | null;

export interface ScreenState {
  readonly columns: number;
  readonly rows: number;
  /** The terminal takes ASCII alone: keys that have a sign are named by a word. */
  readonly ascii: boolean;
  readonly mode: Mode;
  readonly details: boolean;
  readonly frozen: boolean;
  readonly sort: Sort;
  readonly group: Grouping | null;
  /** Ids of the groups whose flows are shown. */
  readonly expanded: ReadonlySet<string | null>;
  readonly filterText: string;
  readonly filter: Predicate | null;
  readonly filterError: string | null;
  /** null: both. */
  readonly protocol: "tcp" | "udp" | null;
  readonly listeners: boolean;
  /** Names instead of addresses, as far as they are known. */
  readonly names: boolean;
  /** At most this many flows or groups unless all are asked for; 0: no limit. */
  readonly limit: number;
  readonly all: boolean;
  readonly shown: readonly Column[];
  /** Off, and the terminal selects text with it. */
  readonly mouse: boolean;
  /** Rates in bit/s. */
  readonly bits: boolean;
  readonly intervalMs: number;
  /** The line that the cursor is on follows its flow; null: it stays on the first line. */
  readonly cursor: string | null;
  readonly index: number;
  /** The first line that is on the screen. */
  readonly top: number;
  /** What the last key did, where nothing else shows it. */
  readonly notice: string | null;
  readonly wish: Wish;
}

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

const DETAILS_ROWS = 20;
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
