/** What the lines of the table have moved before: as bars in the column HISTORY, and as graphs. */
import type { Sample } from "../../flow/sample.ts";
import type { Group } from "../group.ts";
import { LineHistories, type LineHistory } from "./history.ts";
import { type Item, itemId } from "./lines.ts";
import { RECENT_S, RecentLog, RecentRates } from "./recent.ts";
import { trafficLine } from "./spark.ts";

export class LinePasts {
  #histories = new LineHistories();
  /** For the column HISTORY; null: it is not shown. */
  #recent: RecentRates | null = null;
  /** What it was when the screen was frozen. */
  #still: RecentRates | null = null;
  /** What #recent has been before, for moments of the past; null: nothing is remembered. */
  readonly #log: RecentLog | null;

  constructor(rememberedMs = 0) {
    this.#log = rememberedMs > 0 ? new RecentLog(rememberedMs * 1e6) : null;
  }

  /** The samples go on from another time. */
  begin(): void {
    this.#histories = new LineHistories();
    this.#recent = null;
    this.#log?.clear();
  }

  /** Each sample. Costs nothing while the column is not on the screen. */
  take(sample: Sample, isColumnShown: boolean): void {
    if (!isColumnShown) this.#recent = null;
    else (this.#recent ??= new RecentRates()).add(sample, this.#log);
  }

  /** No flow has a bar in the column. */
  get isBlank(): boolean {
    return this.#recent?.isBlank ?? true;
  }

  /** Each sample that is shown: the flows and groups that one can see get a history. */
  show(sample: Sample, rows: ReadonlySet<number>, groups: readonly Group[]): void {
    this.#histories.next();
    this.#histories.addFlows(sample, rows);
    if (groups.length > 0) this.#histories.addGroups(sample, groups);
  }

  freeze(): void {
    this.#still = this.#recent?.copy() ?? null;
  }

  /** A moment of the past is shown: as far as it is remembered, and the column was there. */
  goTo(timeNs: number): void {
    this.#still = this.#log?.at(timeNs) ?? null;
  }

  /** Of a flow or group by its id; `untilNs`: what came later is not shown. */
  history(id: string, untilNs: number): LineHistory | undefined {
    return this.#histories.get(id, untilNs);
  }

  /** The last half minute of a line as bars; groups have theirs from when they are shown. `still`: the screen stands still. */
  bars(sample: Sample, item: Item, cells: number, still: boolean): string {
    if (typeof item === "number") {
      const recent = still ? this.#still : this.#recent, bars = recent?.bars(sample.flows, item, cells, sample.timeNs);
      if (bars !== undefined && bars !== null) return trafficLine(bars, cells);
      // One that opened and ended within this sample.
      return sample.flows.closed[item]
        ? trafficLine([sample.flows.rxDelta[item] + sample.flows.txDelta[item]], cells)
        : "";
    }
    const spanNs = Math.ceil(RECENT_S / Math.max(1, cells)) * 1e9;
    const totals = this.#histories.get(itemId(sample, item))?.totals(cells, spanNs, sample.timeNs);
    return totals === undefined ? "" : trafficLine(totals, cells);
  }
}
