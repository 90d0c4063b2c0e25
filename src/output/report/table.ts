/** Tables of a report: readable as they are, and sorted by the page's script. */
import { bytesText, counted } from "../../view/units.ts";
import { Html, html } from "./html.ts";

export interface TableColumn<T> {
  readonly head: string;
  readonly text: (row: T) => string | Html;
  /** What a column of figures is sorted by; null: not known. */
  readonly figure?: (row: T) => number | null;
}

/** The first column names the row. `most`: rows; how many more there are is said. */
export function table<T>(
  caption: string,
  columns: readonly TableColumn<T>[],
  rows: readonly T[],
  most = 200,
): Html {
  const left = rows.length - most;
  const heads = columns.map(({ head, figure }) =>
    html`
      <th scope="col" ${figure ? CLASS_FIGURE : null}>${head}</th>
    `
  );
  const body = rows.slice(0, most).map((row) =>
    html`
      <tr>${columns.map((column, i) => cell(column, row, i === 0))}</tr>
    `
  );
  return html`
    <div class="scroll" tabindex="0" role="region" aria-label="${caption}">
      <table class="sorts">
        <caption>${caption}</caption>
        <thead>
          <tr>${heads}</tr>
        </thead>
        <tbody>
    ${body}</tbody>
      </table>
    </div>
    ${left > 0 ? html`<p class="more">${counted(left, "further [row is|rows are]")} not in this table.</p>` : null}
  `;
}

const CLASS_FIGURE = new Html(' class="figure"');

function cell<T>({ text, figure }: TableColumn<T>, row: T, isFirst: boolean): Html {
  const value = figure?.(row);
  if (figure !== undefined) return html`<td class="figure" data-value="${value ?? -1}">${text(row)}</td>`;
  return isFirst ? html`<th scope="row">${text(row)}</th>` : html`<td>${text(row)}</td>`;
}

export function count<T>(head: string, of: (row: T) => number): TableColumn<T> {
  return { head, text: (row) => of(row) === 0 ? "" : of(row).toLocaleString("en-US"), figure: of };
}

export function bytes<T>(head: string, of: (row: T) => number | null): TableColumn<T> {
  return { head, text: (row) => bytesText(of(row)), figure: of };
}

/** A part of a whole, as a bar. */
export function share<T>(head: string, of: (row: T) => number, whole: number): TableColumn<T> {
  const percent = (row: T) => whole > 0 ? 100 * of(row) / whole : 0;
  return {
    head,
    text: (row) =>
      html`
        <svg class="share" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
          <rect class="whole" width="100" height="8" />
          <rect width="${percent(row).toFixed(2)}" height="8" />
        </svg> ${percent(row) > 0 && percent(row) < 0.5 ? "<1" : Math.round(percent(row))} %
      `,
    figure: of,
  };
}
