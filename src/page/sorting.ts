/// <reference lib="dom" />

export type Direction = "ascending" | "descending";

/** Makes the heads of a table buttons. `sort` is called with the column, and the way that a second press turns around. */
export function addHeads(table: HTMLTableElement, sort: (column: number, direction: Direction) => void): void {
  const heads = [...table.tHead!.rows[0].cells];
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const before = head.getAttribute("aria-sort"), isFigure = head.classList.contains("figure");
      const first = isFigure ? "descending" : "ascending";
      const direction = before === null ? first : before === "descending" ? "ascending" : "descending";
      for (const other of heads) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", direction);
      sort(column, direction);
    });
  });
}

/** Rows that are in the page are sorted by what stands there: figures by their value, the rest as words. */
export function addSorting(table: HTMLTableElement): void {
  const body = table.tBodies[0];
  addHeads(table, (column, direction) => {
    const sign = direction === "ascending" ? 1 : -1;
    const rows = [...body.rows].map((row, place) => ({ row, place, key: keyOf(row.cells[column]) }));
    rows.sort((a, b) => sign * compare(a.key, b.key) || a.place - b.place);
    body.append(...rows.map(({ row }) => row));
  });
}

function keyOf(cell: HTMLTableCellElement): number | string {
  return cell.dataset.value === undefined ? cell.textContent ?? "" : Number(cell.dataset.value);
}

/** With numbers in words in their order: port 80 before port 443. */
const { compare: words } = new Intl.Collator("en", { numeric: true });

export function compare(a: number | string, b: number | string): number {
  return typeof a === "number" && typeof b === "number" ? a - b : words(String(a), String(b));
}
