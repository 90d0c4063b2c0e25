/** Until when the screen would show the same but for ages if nothing moved any more: until then it needs no sample. */
import { idleMs } from "../../flow/path.ts";
import type { Sample } from "../../flow/sample.ts";
import { someTerm } from "../filter/ast.ts";
import { parseFilter } from "../filter/parse.ts";
import { ageMs } from "../flow.ts";
import type { Place } from "../layout.ts";
import type { Totals } from "../totals.ts";
import { ageStepMs } from "../units.ts";
import type { ScreenState } from "./state.ts";
import { isNew } from "./table.ts";

/** What moves without any flow is not waited for for longer: names of processes and of addresses, what tcptop takes itself. */
const LONGEST_NS = 60e9;

export interface Drawn {
  readonly sample: Sample;
  readonly totals: Totals;
  readonly places: readonly Place[];
  /** Rows of flows that can be seen. */
  readonly rows: readonly number[];
  /** When the bars of the head move on; Infinity: there are none. */
  readonly barsMoveNs: number;
  /** Some flow has a bar in the column HISTORY. */
  readonly hasHistory: boolean;
}

/** CLOCK_BOOTTIME; 0: it may show something else with the next sample. */
export function restsUntilNs(state: ScreenState, drawn: Drawn): number {
  const { frozen, moment, replay, many, graph, details, sinceStart, mode, filterText } = state;
  if (frozen || moment !== null || replay || many || graph !== null || details || sinceStart) return 0;
  if (mode.kind !== "table" || isByAge(filterText)) return 0;
  const { sample, totals, rows, barsMoveNs } = drawn;
  if (totals.rxBytesPerS + totals.txBytesPerS + totals.opened + totals.closed + totals.failed > 0) return 0;
  if (sample.pastFrom !== undefined || rows.some((row) => isNew(sample, row))) return 0;
  const movesNs = Math.min(sample.timeNs + LONGEST_NS, barsMoveNs);
  return Math.min(movesNs, ...drawn.places.map(({ column }) => columnMovesNs(column.id, state, drawn)));
}

function columnMovesNs(id: string, { group }: ScreenState, { hasHistory }: Drawn): number {
  if (id === "history") return hasHistory || group !== null ? 0 : Infinity;
  // A group shows what its flows have, which are not among the rows.
  return group !== null && isAge(id) ? 0 : Infinity;
}

const isAge = (id: string) => id === "age" || id === "idle";

/** Whether flows come to match the filter, or match it no more, by getting older. */
function isByAge(filterText: string): boolean {
  const filter = parseFilter(filterText);
  return filter !== null && someTerm(filter, (term) => term.kind === "compare" && isAge(term.column));
}

/** When the first age that is shown has another text; Infinity: none is shown. */
export function agesMoveNs({ sample, places, rows }: Pick<Drawn, "sample" | "places" | "rows">): number {
  let movesNs = Infinity;
  for (const { column } of places) {
    if (!isAge(column.id)) continue;
    for (const row of rows) {
      const ms = column.id === "age" ? ageMs(sample, row) : idleMs(sample.flows, row, sample.timeNs);
      if (ms !== null) movesNs = Math.min(movesNs, sample.timeNs + (ageStepMs(ms) - ms % ageStepMs(ms)) * 1e6);
    }
  }
  return movesNs;
}
