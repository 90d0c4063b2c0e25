/** Everything the user has chosen on the screen. */
import type { KillTarget } from "../../system/kill.ts";
import type { Column } from "../column.ts";
import type { Predicate } from "../filter/fields.ts";
import type { Grouping } from "../group_key.ts";
import type { Sort } from "../sort.ts";
import type { Shown, Step } from "./moment.ts";

/** Whether listening sockets are shown, and whether only as the filter asks for them: they go with it then. */
export interface Listeners {
  readonly listeners: boolean;
  readonly listenersOfFilter: boolean;
}

export type Mode =
  | { readonly kind: "table" }
  /** The filter is being typed. `caret` counts characters; `before` and `listenersBefore` are what Escape goes back to. */
  | {
    readonly kind: "prompt";
    readonly text: string;
    readonly caret: number;
    /** What was typed last, and how many filters before it the text is one of them; 0: the text is the draft. */
    readonly draft: string;
    readonly ago: number;
    readonly before: string;
    readonly listenersBefore: Listeners;
    /** Why what was typed last is not in the text; null: it is. */
    readonly refused: string | null;
  }
  | { readonly kind: "sort" | "columns"; readonly index: number }
  /** Whether this connection is to be ended is asked. */
  | { readonly kind: "kill"; readonly target: KillTarget; readonly text: string; readonly again: string }
  | { readonly kind: "help"; readonly top: number }
  /** What must be known, as it was when the key was pressed. */
  | { readonly kind: "notes"; readonly top: number; readonly notes: readonly string[] };

/** What the screen asks of the program around it. */
export type Wish = "quit" | "redraw" | "keep" | {
  readonly kill: KillTarget;
  readonly text: string;
  readonly again: string;
} | null;

export interface ScreenState extends Listeners {
  readonly columns: number;
  readonly rows: number;
  /** The terminal takes ASCII alone: keys that have a sign are named by a word. */
  readonly ascii: boolean;
  readonly mode: Mode;
  readonly details: boolean;
  /** Lines of the details that are passed over. */
  readonly detailsTop: number;
  readonly frozen: boolean;
  /** K ends connections. */
  readonly allowKill: boolean;
  /** What the screen remembers; 0: nothing. */
  readonly historyMs: number;
  /** Several hosts are looked at. */
  readonly many: boolean;
  /** The past moment that is shown; null: the present. */
  readonly moment: Shown | null;
  /** A recording is played. */
  readonly replay: boolean;
  readonly paused: boolean;
  /** All of the recording has been played. */
  readonly atEnd: boolean;
  /** How many times as fast as it was made; Infinity: as fast as can be. */
  readonly speed: number;
  /** Milliseconds of the recording that the last key wants to pass; 0: to its next sample; null: none. */
  readonly skip: number | null;
  /** Where the last key wants to go in time. */
  readonly step: Step | null;
  readonly sort: Sort;
  readonly group: Grouping | null;
  /** Ids of the groups whose flows are shown. */
  readonly expanded: ReadonlySet<string | null>;
  readonly filterText: string;
  readonly filter: Predicate | null;
  readonly filterError: string | null;
  /** Filters that were kept, the newest first. */
  readonly filters: readonly string[];
  /** null: both. */
  readonly protocol: "tcp" | "udp" | null;
  /** Names instead of addresses, as far as they are known. */
  readonly names: boolean;
  /** At most this many flows or groups unless all are asked for; 0: no limit. */
  readonly limit: number;
  /** Both ends of a connection inside this machine are one row. */
  readonly pairs: boolean;
  readonly all: boolean;
  readonly shown: readonly Column[];
  /** The user has chosen them. */
  readonly chosen: boolean;
  /** Off, and the terminal selects text with it. */
  readonly mouse: boolean;
  /** Whose rates the head has as a graph; null: it has none. */
  readonly graph: "all" | "line" | null;
  /** Groups count what has ended too. */
  readonly sinceStart: boolean;
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
  /** The head has no room for all that must be known. */
  readonly unread: boolean;
}

/** Which lines of the terminal show what. */
export interface Geometry {
  readonly headRows: number;
  /** Of the head, below its second line. */
  readonly graphRows: number;
  readonly titleY: number;
  readonly bodyY: number;
  readonly bodyRows: number;
  /** 0 rows: the pane is closed. */
  readonly detailsY: number;
  readonly detailsRows: number;
  readonly footY: number;
}

/** Lines of the details while nothing is known of what they have to show, and at least where a table is beside them. */
export const DETAILS_ROWS = 20;
/** What the details have on a terminal of 24 lines, without a table: a larger one gives the table its lines first. */
const ALONE_ROWS = 21;
/** Lines of flows that the table has beside details which take all they need. */
const LEAST_BODY = 5;

const LEAST_GRAPH = 8, MOST_GRAPH = 12;

/** Even: as many above the axis as below it. */
function graphRowsOf({ rows, graph }: ScreenState, others: number, details: number): number {
  if (graph === null) return 0;
  const wanted = Math.max(LEAST_GRAPH, Math.min(MOST_GRAPH, Math.floor(rows / 8) * 2));
  const room = rows - others - 2 - LEAST_BODY - details;
  return room < LEAST_GRAPH ? 0 : Math.min(wanted, Math.floor(room / 2) * 2);
}

/** Lines of the details, of `room` for them and the table with its titles. With more room neither the details nor the table get fewer. */
function detailsRowsOf(room: number, wanted: number): number {
  if (room >= wanted + 1 + LEAST_BODY) return wanted;
  return room <= ALONE_ROWS ? room : Math.max(ALONE_ROWS, room - 1 - LEAST_BODY);
}

/** `notes`: lines that the head needs for what the user must know; `wanted`: lines that the details need for all they have. */
export function geometryOf(state: ScreenState, notes: number, wanted: number): Geometry {
  const { rows, details } = state;
  const lines = rows < 8 ? Math.min(1, rows) : 2 + Math.min(notes, Math.max(0, Math.min(3, rows - 10)));
  const graphRows = graphRowsOf(state, lines, details ? wanted : 0), headRows = lines + graphRows;
  const left = Math.max(0, rows - headRows - 2), detailsRows = details ? detailsRowsOf(left + 1, wanted) : 0;
  const bodyRows = Math.max(0, left - detailsRows);
  return {
    headRows,
    graphRows,
    titleY: headRows,
    bodyY: headRows + 1,
    bodyRows,
    detailsY: headRows + (bodyRows === 0 ? 0 : 1 + bodyRows),
    detailsRows,
    footY: rows - 1,
  };
}
