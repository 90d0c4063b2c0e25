/** The screen as a value: samples and input in, a canvas out. It does no I/O and reads no clock. */
import type { Sample } from "../../flow/sample.ts";
import type { Note } from "../../system/source_info.ts";
import { Canvas } from "../canvas.ts";
import { DEFAULT_COLUMNS, defaultColumns, HISTORY } from "../column.ts";
import { ClosedFlows } from "../closed.ts";
import { type Ended, EndedFlows } from "../ended.ts";
import { remoteAddress, remoteNameFrom, withoutNames } from "../flow.ts";
import { flowId, hasPeer } from "../../flow/row.ts";
import { harmless } from "../../harmless.ts";
import { groupLabel } from "../group.ts";
import { placeColumns } from "../layout.ts";
import type { LentFlows } from "../lent_flows.ts";
import { notesButOwners } from "../notes.ts";
import { type Totals, totalsOf } from "../totals.ts";
import { CommandLines, type NamedProcess } from "./command_lines.ts";
import { type Described, type Detailed, detailsRows, drawDetails, partOf } from "./details.ts";
import { headline } from "./facts.ts";
import { otherEnd } from "../pairs.ts";
import { drawFoot } from "./footer.ts";
import { DETAILS_ROWS, type Geometry, geometryOf, type ScreenState } from "./state.ts";
import { type Cost, drawHead, isUnread, noteText, SteadyCost } from "./header.ts";
import { drawHelp } from "./help.ts";
import type { Graphed } from "./graph.ts";
import { TotalsHistory } from "./history.ts";
import type { Input } from "./input.ts";
import { LinePasts } from "./line_pasts.ts";
import { followed, type Item, itemId, type Lines, linesOf, scrolled, tableColumns } from "./lines.ts";
import { drawMenu } from "./menu.ts";
import type { Moment } from "./moment.ts";
import { agesMoveNs, type Drawn, restsUntilNs } from "./rest.ts";
import { drawTable, GUTTER } from "./table.ts";
import { update } from "./update.ts";

interface Shown {
  readonly sample: Sample;
  readonly totals: Totals;
  readonly notes: readonly Note[];
  readonly cost: Cost;
  readonly history: TotalsHistory;
}

/** Lines that the details want on a terminal of so many columns. They do not get fewer while the details are open, so that the table beside them
 * stands still when the cursor moves. */
interface Pane {
  readonly columns: number;
  readonly rows: number;
}

/** A sample with the names that are to be shown; null: none. */
interface Named {
  readonly of: Sample;
  readonly names: ReadonlyMap<string, string> | null;
  readonly sample: Sample;
}

const NO_PANE: Pane = { columns: 0, rows: DETAILS_ROWS };
const NO_LINES: Lines = { items: [], matching: 0, folded: false };
const NO_NAMES: ReadonlyMap<string, string> = new Map();
/** Said where a key that goes back leads to the moment that is shown. */
const OLDEST = "nothing is known from before this";
/** What the lines of the table depend on. */
const CHOICES = [
  "filter",
  "protocol",
  "listeners",
  "sort",
  "group",
  "expanded",
  "limit",
  "all",
  "names",
  "sinceStart",
  "pairs",
] as const;

export class ScreenModel {
  #state: ScreenState;
  #lines = NO_LINES;
  /** The sample and the state that #lines was made from; null: none yet. */
  #made: { readonly sample: Sample; readonly state: ScreenState } | null = null;
  #shown: Shown | null = null;
  #latest: Shown | null = null;
  /** The latest is to be shown with the next frame: its lines may be wanted in another order by then, and keys are meant for what is seen. */
  #isDue = false;
  /** For the head, above what the sample has to say. */
  #holding: readonly Note[] = [];
  #named: Named | null = null;
  #names: ReadonlyMap<string, string> = NO_NAMES;
  /** One for the last sample, one for another that is shown instead. */
  readonly #buffers: (ArrayBuffer | null)[] = [null, null];
  #closed = new ClosedFlows([], this.#buffers);
  /** The same of moments of the past. */
  readonly #endedThen = new ClosedFlows([], this.#buffers);
  #totals: TotalsHistory;
  readonly #cost = new SteadyCost();
  readonly #pasts: LinePasts;
  #ended = new EndedFlows();
  /** What it was when the screen was frozen; null: it is not. */
  #endedShown: EndedFlows | null = null;
  readonly #commands = new CommandLines();
  #pane: Pane = NO_PANE;
  /** As drawHead() has said of the last frame. */
  #barsMoveNs = Infinity;
  /** Ages are shown as of then, if that is later than the sample; 0: as of the sample. */
  #agedNs = 0;

  constructor(state: ScreenState) {
    this.#state = state;
    this.#totals = new TotalsHistory(state.historyMs);
    this.#pasts = new LinePasts(state.historyMs);
  }

  get state(): ScreenState {
    return this.#state;
  }

  /** Takes a copy of the next sample, or its memory where that is lent. While the screen is frozen it is counted but not shown. */
  take(sample: Sample, lent: LentFlows | null = null): void {
    if (this.#latest === null && this.#state.shown === DEFAULT_COLUMNS) {
      this.#state = { ...this.#state, shown: defaultColumns(sample.source) };
    }
    if (this.#state.atEnd) this.#state = { ...this.#state, atEnd: false };
    // What is remembered of lines is of each sample.
    this.#showDue();
    if (this.#isEarlier(sample)) this.#begin();
    this.#agedNs = 0;
    this.#ended.take(sample);
    const totals = totalsOf(sample);
    // How many flows have no owner changes with every sample: as a line it would move the table up and down, so the head has it as a count.
    const notes = notesButOwners(sample);
    if (this.#state.sinceStart) notes.push(...this.#ended.notes());
    const cost = this.#cost.take(sample);
    this.#totals.add(sample, totals);
    const joined = this.#closed.join(sample, this.#shown?.sample ?? null, lent);
    this.#pasts.take(sample, this.#showsHistory());
    this.#latest = { sample: joined, totals, notes, cost, history: this.#totals };
    const { moment } = this.#state;
    if (moment !== null) this.#state = { ...this.#state, moment: { ...moment, nowNs: sample.timeNs } };
    else this.#isDue = !this.#state.frozen;
  }

  /** A recording goes on from a time before. After a boot all is counted from zero too, and it is later. */
  #isEarlier({ number, wallMs }: Sample): boolean {
    const before = this.#latest?.sample;
    return before !== undefined && number < before.number && wallMs < before.wallMs;
  }

  #begin(): void {
    this.#closed = new ClosedFlows([], this.#buffers);
    this.#totals = new TotalsHistory(this.#state.historyMs);
    this.#pasts.begin();
    this.#ended = new EndedFlows();
  }

  /** Shows a moment of the past, in the place of what is shown; null: the present. */
  moment(moment: Moment | null): void {
    if (moment !== null && moment.sample.timeNs === this.#state.moment?.timeNs) this.notice(OLDEST);
    this.#state = { ...this.#state, frozen: false, moment: null };
    this.#endedShown = null;
    this.#agedNs = 0;
    this.#isDue = false;
    if (moment === null) return this.#show();
    const { sample, ended, extent } = moment, nowNs = this.#latest?.sample.timeNs ?? sample.timeNs;
    const { timeNs, wallMs } = sample, totals = totalsOf(sample);
    this.#state = { ...this.#state, moment: { timeNs, wallMs, extent, nowNs } };
    this.#shown = {
      sample: this.#endedThen.again(ended).join(sample, this.#latest?.sample ?? null),
      totals,
      notes: notesButOwners(sample),
      cost: new SteadyCost().take(sample),
      history: this.#totals,
    };
    this.#pasts.goTo(timeNs);
    this.#endedShown = null;
    this.#refresh();
  }

  /** The last sample of a recording has been taken. */
  end(): void {
    this.#state = { ...this.#state, atEnd: true };
  }

  /** As restsUntilNs() of rest.ts, of the frame that was drawn last. */
  get restsUntilNs(): number {
    const drawn = this.#drawn();
    return drawn === null ? 0 : restsUntilNs(this.#state, drawn);
  }

  /** As agesMoveNs() of rest.ts, the same. */
  get agesMoveNs(): number {
    const drawn = this.#drawn();
    return drawn === null ? Infinity : agesMoveNs(drawn);
  }

  /** Nothing has moved until `timeNs` since the sample that is shown. */
  age(timeNs: number): void {
    if (this.#shown === this.#latest && !this.#state.frozen) this.#agedNs = timeNs;
  }

  /** null: what is shown is none of now. */
  #drawn(): Drawn | null {
    const shown = this.#shown, sample = this.#sample();
    if (sample === null || shown === null || shown !== this.#latest) return null;
    return {
      sample,
      totals: shown.totals,
      places: placeColumns(tableColumns(this.#state), this.#state.columns, GUTTER),
      rows: this.#visibleRows(),
      barsMoveNs: this.#barsMoveNs,
      hasHistory: !this.#pasts.isBlank,
    };
  }

  /** When what is shown was taken; null: nothing is shown yet. */
  get shownNs(): number | null {
    return this.#shown?.sample.timeNs ?? null;
  }

  /** Conditions that hold, a line each: they stand in the head until they do no more. */
  holds(lines: readonly string[]): void {
    this.#holding = lines.map((line) => ({ code: "when", message: harmless(line), remedy: null }));
  }

  #notes(): readonly Note[] {
    // Conditions hold now, whatever is shown.
    const holding = this.#state.moment === null
      ? this.#holding
      : this.#holding.map((note) => ({ ...note, message: `now ${note.message}` }));
    return [...holding, ...this.#shown?.notes ?? []];
  }

  /** Says what came of something, until the next key. */
  notice(notice: string): void {
    this.#state = { ...this.#state, notice };
  }

  /** Names that have become known; shown with the next frame. */
  name(names: ReadonlyMap<string, string>): void {
    this.#names = names;
    this.#made = null;
  }

  input(input: Input): void {
    const wasFrozen = this.#state.frozen;
    this.#refresh();
    const sample = this.#sample(), geometry = this.#geometry(), detailed = this.#detailed(sample);
    this.#state = update(this.#state, input, {
      sample,
      lines: this.#lines,
      geometry,
      details: detailed && partOf(detailed, this.#state.columns, geometry.detailsRows),
      notes: this.#notes().map(noteText),
    });
    if (!wasFrozen && this.#state.frozen) {
      this.#pasts.freeze();
      if (this.#shown !== null) this.#shown = { ...this.#shown, history: this.#totals.copy() };
      this.#endedShown = this.#ended.copy();
      // The lines are of the sums that go on.
      this.#made = null;
    }
    if (wasFrozen && !this.#state.frozen && this.#state.moment === null) {
      this.#endedShown = null;
      this.#show();
    }
  }

  resize(columns: number, rows: number): void {
    this.#state = { ...this.#state, columns, rows };
  }

  /** The process whose command line the details want; null: none, or it is known. */
  wantedCommand(): NamedProcess | null {
    const row = this.#detailedRow(), sample = this.#shown?.sample;
    return row === null || sample === undefined ? null : this.#commands.wanted(sample, row);
  }

  /** undefined: it has been asked for. */
  command(process: NamedProcess, line: string | null | undefined): void {
    this.#commands.take(this.#shown?.sample, process, line);
  }

  /** Remote addresses of the flows that are on the screen, for which a name would be shown. */
  wantedNames(): string[] {
    const sample = this.#shown?.sample;
    if (sample === undefined || !this.#state.names) return [];
    return this.#visibleRows().filter((row) => hasPeer(sample.flows, row) && !hasOwnName(sample, row)).map((row) =>
      remoteAddress(sample, row)
    );
  }

  /** On `spare`, if that has the size. */
  draw(spare: Canvas | null = null): Canvas {
    this.#showDue();
    this.#refresh();
    const geometry = this.#geometry(), unread = isUnread(this.#notes(), this.#state.columns, geometry);
    if (unread !== this.#state.unread) this.#state = { ...this.#state, unread };
    const state = this.#state, canvas = Canvas.blank(state.columns, state.rows, spare);
    const shown = this.#shown, sample = this.#sample();
    const nothing = { totals: null, notes: [], cost: null, history: this.#totals };
    const graphed = this.#graphed(sample);
    this.#barsMoveNs = drawHead(
      canvas,
      state,
      { ...shown ?? nothing, notes: this.#notes(), sample, graphed, all: this.#totals },
      geometry,
    );
    drawTable(canvas, state, sample, this.#lines, geometry, (item, cells) => this.#bars(item, cells));
    if (geometry.detailsRows > 0) {
      const detailed = this.#detailed(sample) ?? this.#undetailed(sample);
      drawDetails(canvas, detailed, geometry.detailsY, geometry.detailsRows, state.detailsTop);
    }
    const { mode } = state;
    if (mode.kind === "help" || mode.kind === "notes") {
      drawHelp(canvas, mode);
      return canvas;
    }
    if (mode.kind === "sort" || mode.kind === "columns") drawMenu(canvas, state, mode);
    if (state.rows > 1) drawFoot(canvas, state, this.#lines, geometry.footY);
    return canvas;
  }

  #showDue(): void {
    if (this.#isDue && !this.#state.frozen) this.#show();
  }

  #show(): void {
    this.#isDue = false;
    this.#shown = this.#latest;
    if (this.#shown === null) return;
    this.#refresh();
    const { sample } = this.#shown;
    if (sample.intervalMs === 0) return;
    const groups = this.#state.group === null ? [] : this.#lines.items.filter((item) => typeof item !== "number");
    this.#pasts.show(sample, new Set(this.#visibleRows()), groups);
  }

  /** What groups count beside the sample; null: nothing. */
  #endedOf(sample: Sample): Ended | null {
    const { sinceStart, group, moment } = this.#state;
    // What had ended by a moment of the past is not kept.
    return sinceStart && group !== null && moment === null ? (this.#endedShown ?? this.#ended).of(sample) : null;
  }

  #showsHistory(): boolean {
    const places = placeColumns(tableColumns(this.#state), this.#state.columns, GUTTER);
    return places.some(({ column }) => column === HISTORY);
  }

  #bars(item: Item, cells: number): string {
    const sample = this.#shown?.sample, { frozen, moment } = this.#state;
    return sample === undefined ? "" : this.#pasts.bars(sample, item, cells, frozen || moment !== null);
  }

  #graphed(sample: Sample | null): Graphed | null {
    const { graph, bits, index } = this.#state, shown = this.#shown;
    if (graph === null || shown === null || sample === null) return null;
    const { timeNs } = sample;
    if (graph === "all") {
      return { title: "everything in and out of this machine", history: shown.history, timeNs, bits };
    }
    const item = this.#lines.items[index];
    if (item === undefined) return { title: "nothing is under the cursor", history: undefined, timeNs, bits };
    const title = typeof item === "number" ? headline(sample, item, this.#state.columns - 2) : groupLabel(sample, item);
    return { title, history: this.#pasts.history(itemId(sample, item), this.#untilNs), timeNs, bits };
  }

  /** What came later is not shown. */
  get #untilNs(): number {
    return this.#state.moment?.timeNs ?? Infinity;
  }

  /** The sample that is shown, with the names that are, as old as it is. The same object as long as these are. */
  #sample(): Sample | null {
    if (this.#shown === null) return null;
    const { sample } = this.#shown, names = this.#state.names ? this.#names : null, before = this.#named;
    const timeNs = Math.max(sample.timeNs, this.#agedNs);
    if (before !== null && before.of === sample && before.names === names && before.sample.timeNs === timeNs) {
      return before.sample;
    }
    const named = { ...names === null ? withoutNames(sample) : { ...sample, names }, timeNs };
    this.#named = { of: sample, names, sample: named };
    return named;
  }

  /** Makes the lines anew where something they depend on has changed, and keeps the cursor on its flow. */
  #refresh(): void {
    const shown = this.#shown?.sample, sample = this.#sample(), made = this.#made, state = this.#state;
    if (shown === undefined || sample === null) return;
    const before = this.#lines;
    if (made === null || made.sample !== shown || CHOICES.some((choice) => made.state[choice] !== state[choice])) {
      this.#lines = linesOf(sample, state, this.#endedOf(sample));
    }
    this.#state = followed(state, before, this.#lines, sample, this.#geometry().bodyRows);
    this.#pane = this.#paneOf(sample);
    this.#state = scrolled(this.#state, this.#lines, this.#geometry().bodyRows);
    this.#made = { sample: shown, state: this.#state };
  }

  #geometry(): Geometry {
    return geometryOf(this.#state, this.#notes().length, this.#pane.rows);
  }

  #paneOf(sample: Sample): Pane {
    const { details, columns } = this.#state, described = this.#described(sample);
    if (!details) return NO_PANE;
    const before = this.#pane.columns === columns ? this.#pane.rows : DETAILS_ROWS;
    return { columns, rows: Math.max(before, described === null ? 0 : detailsRows(described, columns)) };
  }

  #visibleRows(): number[] {
    const { top, index } = this.#state, items = this.#lines.items.slice(top, top + this.#geometry().bodyRows);
    return [...items, this.#lines.items[index]].filter((item) => typeof item === "number");
  }

  #detailedRow(): number | null {
    const item = this.#state.details ? this.#lines.items[this.#state.index] : undefined;
    return typeof item === "number" ? item : null;
  }

  #described(sample: Sample): Described | null {
    const row = this.#detailedRow(), { pairs, group } = this.#state;
    if (row === null) return null;
    const other = pairs && group === null ? otherEnd(sample, row) : -1;
    return { sample, row, other, commandLine: this.#commands.of(sample, row) };
  }

  #undetailed(sample: Sample | null): string {
    const item = this.#lines.items[this.#state.index];
    if (sample === null || typeof item !== "object") return "No flow is under the cursor.";
    return `${groupLabel(sample, item)} is a group: enter opens and closes it, esc closes the details.`;
  }

  #detailed(sample: Sample | null): Detailed | null {
    const described = sample === null ? null : this.#described(sample);
    if (described === null) return null;
    const history = this.#pasts.history(flowId(described.sample.flows, described.row), this.#untilNs);
    return { ...described, history, bits: this.#state.bits };
  }
}

/** A better name than the DNS has for the address. */
function hasOwnName(sample: Sample, row: number): boolean {
  const from = remoteNameFrom(sample, row);
  return from === "hosts" || from === "dns_answer";
}
