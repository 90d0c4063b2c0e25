/// <reference lib="dom" />
import { Flag, type ReportData } from "../output/report/data.ts";
import { END_KINDS } from "../output/report/ends.ts";
import { bytesText, counted } from "../view/units.ts";
import { beganText, lastedText } from "./connection_text.ts";
import { add, element } from "./dom.ts";
import { matcher } from "./matching.ts";
import { addHeads, compare, type Direction } from "./sorting.ts";
import type { TimeWindow } from "./time_window.ts";

const PAGE_ROWS = 100;

interface Column {
  readonly text: (i: number) => string;
  readonly key: (i: number) => number | string;
}

/** All connections of the time that is shown, a page at a time, in place of the rows that stand in the file. */
export class ConnectionTable {
  readonly #table = element("connection-table").querySelector("table")!;
  readonly #find = element<HTMLInputElement>("find");
  readonly #columns: readonly Column[];
  #rows: number[] = [];
  #page = 0;
  #sort: { readonly column: number; readonly direction: Direction };

  constructor(readonly data: ReportData, readonly time: TimeWindow) {
    this.#columns = columnsOf(data);
    this.#sort = { column: 6, direction: "descending" };
    addHeads(this.#table, (column, direction) => {
      this.#sort = { column, direction };
      this.#choose();
    });
    this.#table.tHead!.rows[0].cells[this.#sort.column].setAttribute("aria-sort", this.#sort.direction);
    for (const more of element("connection-table").querySelectorAll(".more")) more.remove();
    this.#find.addEventListener("input", () => this.#choose());
    element("previous").addEventListener("click", () => this.#turn(-1));
    element("next").addEventListener("click", () => this.#turn(1));
    time.onChange(() => this.#choose());
    this.#choose();
  }

  /** Shows what has this text. */
  find(text: string): void {
    this.#find.value = text;
    this.#choose();
    this.#find.focus();
    element("connections").scrollIntoView({ block: "start" });
  }

  #choose(): void {
    const { connections: c } = this.data,
      { from, to, isWhole } = this.time,
      matches = matcher(this.data, this.#find.value);
    this.#rows = [];
    for (let i = 0; i < c.opened.length; i++) {
      const began = c.opened[i] ?? 0;
      if ((isWhole || began <= to && began + c.lasted[i] >= from) && matches(i)) this.#rows.push(i);
    }
    const { key } = this.#columns[this.#sort.column], sign = this.#sort.direction === "ascending" ? 1 : -1;
    const keys = new Map(this.#rows.map((i) => [i, key(i)]));
    this.#rows.sort((a, b) => sign * compare(keys.get(a)!, keys.get(b)!) || a - b);
    this.#page = 0;
    this.#show();
  }

  #turn(by: number): void {
    this.#page += by;
    this.#show();
  }

  #show(): void {
    const first = this.#page * PAGE_ROWS, shown = this.#rows.slice(first, first + PAGE_ROWS), { length } = this.#rows;
    const body = this.#table.tBodies[0];
    body.replaceChildren();
    for (const i of shown) this.#addRow(body, i);
    element<HTMLButtonElement>("previous").disabled = first === 0;
    element<HTMLButtonElement>("next").disabled = first + PAGE_ROWS >= length;
    const all = this.data.connections.opened.length,
      of = length === all ? "" : `, out of ${counted(all, "in the run")}`;
    const range = length === 0
      ? "none"
      : `${(first + 1).toLocaleString("en-US")} to ${(first + shown.length).toLocaleString("en-US")} of ${
        length.toLocaleString("en-US")
      }`;
    element("shown").textContent = `${range}${of}`;
    body.closest(".scroll")!.scrollTop = 0;
  }

  #addRow(body: Element, i: number): void {
    const { connections: c } = this.data, row = add(body, "tr"), { heads } = this;
    this.#columns.forEach(({ text }, column) => {
      const cell = add(row, column === 0 ? "th" : "td", "", heads[column].classList.contains("figure") ? "figure" : "");
      if (column === 0) cell.setAttribute("scope", "row");
      if (column === this.#columns.length - 1) add(cell, "span", "", `kind ${END_KINDS[c.kind[i]].id}`);
      cell.append(text(i));
    });
  }

  private get heads(): HTMLCollectionOf<HTMLTableCellElement> {
    return this.#table.tHead!.rows[0].cells;
  }
}

/** As the table in the file has them. */
function columnsOf(data: ReportData): Column[] {
  const { connections: c, texts } = data,
    words = (of: readonly number[]): Column => ({ text: (i) => texts[of[i]], key: (i) => texts[of[i]] });
  const bytes = (of: readonly (number | null)[]): Column => ({
    text: (i) => bytesText(of[i]),
    key: (i) => of[i] ?? -1,
  });
  const refused = (i: number) => c.flags[i] & Flag.notAllowed ? ", not allowed" : "";
  return [
    words(c.process),
    { text: (i) => String(c.pid[i] ?? "-"), key: (i) => c.pid[i] ?? -1 },
    words(c.peer),
    words(c.remote),
    { text: (i) => beganText(data, i), key: (i) => c.opened[i] ?? -1 },
    { text: (i) => lastedText(data, i), key: (i) => c.lasted[i] },
    bytes(c.rx),
    bytes(c.tx),
    { text: (i) => texts[c.end[i]] + refused(i), key: (i) => texts[c.end[i]] + refused(i) },
  ];
}
