/// <reference lib="dom" />
/** The script of a report: it runs in a browser, on the data that stands in the page. */
import type { ReportData } from "../output/report/data.ts";
import { Bars } from "./bars.ts";
import { Chart } from "./chart.ts";
import { ConnectionTable } from "./connection_table.ts";
import { element } from "./dom.ts";
import { addSorting } from "./sorting.ts";
import { TimeWindow } from "./time_window.ts";
import { zoomBy } from "./zoom_keys.ts";

const data: ReportData = JSON.parse(element("data").textContent ?? "");
for (const part of document.querySelectorAll<HTMLElement>(".needs-script")) part.hidden = false;
for (const table of document.querySelectorAll<HTMLTableElement>("table.sorts")) {
  if (table.closest("#connection-table") === null) addSorting(table);
}
const window_ = new TimeWindow(extentOf(data));
const chart = new Chart(element("chart"), data, window_);
zoomBy(element("chart"), window_);
zoomBy(element("time"), window_, true);
const table = new ConnectionTable(data, window_);
if (document.getElementById("bars") !== null) {
  zoomBy(element("bars-box"), window_);
  new Bars(data, window_, chart, (text) => table.find(text));
}

/** Of all that is drawn, ms since the run began. */
function extentOf({ fromMs, toMs, connections: { opened, lasted } }: ReportData): number {
  let last = Math.max(1, toMs - fromMs);
  for (let i = 0; i < opened.length; i++) last = Math.max(last, (opened[i] ?? 0) + lasted[i]);
  return last;
}
