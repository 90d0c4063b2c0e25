import type { Options } from "../../options.ts";
import { DEFAULT_COLUMNS } from "../column.ts";
import { compileFilter } from "../filter/compile.ts";
import { printFilter } from "../filter/ast.ts";
import type { ScreenState } from "./state.ts";

const LIMIT = 50;

export interface TerminalFacts {
  readonly columns: number;
  readonly rows: number;
  readonly ascii?: boolean;
}

/** What the command line has chosen. */
export function initialState(options: Options, terminal: TerminalFacts): ScreenState {
  const { filter, protocol, listeners, listenersOfFilter, sort, group, limit } = options;
  return {
    columns: terminal.columns,
    rows: terminal.rows,
    ascii: terminal.ascii ?? false,
    mode: { kind: "table" },
    details: false,
    detailsTop: 0,
    frozen: false,
    allowKill: options.allowKill,
    historyMs: options.historyMs,
    many: options.hosts.length > 0,
    moment: null,
    replay: options.replay !== null,
    paused: options.at,
    atEnd: false,
    speed: 1,
    skip: null,
    step: null,
    sort,
    group,
    expanded: new Set(),
    filterText: filter === null ? "" : printFilter(filter),
    filter: filter === null ? null : compileFilter(filter),
    filterError: null,
    filters: [],
    protocol,
    listeners,
    listenersOfFilter,
    names: options.resolve ?? true,
    limit: limit ?? LIMIT,
    pairs: options.pairs ?? true,
    all: limit === 0,
    shown: options.columns ?? DEFAULT_COLUMNS,
    chosen: options.columns !== null,
    graph: null,
    sinceStart: options.sinceStart,
    bits: options.bits,
    mouse: options.mouse,
    intervalMs: options.intervalMs,
    cursor: null,
    index: 0,
    top: 0,
    notice: null,
    wish: null,
    unread: false,
  };
}
