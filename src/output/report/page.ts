/** A whole run as one page of HTML, without any reference to the outside. */
import { plus } from "../../flow/row.ts";
import { hostNames } from "../../flow/host.ts";
import type { Sample } from "../../flow/sample.ts";
import type { Note } from "../../system/source_info.ts";
import type { MapGraph } from "../../view/map.ts";
import { ageText, bytesText, counted } from "../../view/units.ts";
import { cutSentence, secondText } from "../by_peer.ts";
import type { RunFacts } from "../run_summary.ts";
import { hasFailed, type Seen, type SeenFlow } from "../seen.ts";
import { type ReportData, reportData } from "./data.ts";
import { dataJson, Html, html } from "./html.ts";
import { mapSvg } from "./map_svg.ts";
import type { RatePoint } from "./rates.ts";
import * as sections from "./sections.ts";
import { STYLE } from "./style.ts";
import { byHost, byProcess } from "./sums.ts";

export interface Report {
  readonly seen: Seen;
  readonly points: readonly RatePoint[];
  readonly graph: MapGraph;
  /** The last one. */
  readonly sample: Pick<Sample, "host" | "fleet" | "containers" | "source">;
  readonly notes: readonly Note[];
  /** What was watched; null: not a command. */
  readonly command: RunFacts | null;
  /** ms since 1970. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly version: string;
}

/** `script`: what the page runs. */
export async function reportPage(report: Report, script: string): Promise<string> {
  const { seen, points, graph, sample, fromMs, toMs } = report, judged = seen.judge !== null;
  const cut = cutSentence(seen);
  const policy = [
    "default-src 'none'",
    `script-src '${await hashOf(script)}'`,
    `style-src '${await hashOf(STYLE)}'`,
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  const { shown, left } = sections.shownFlows(seen.flows);
  const data: ReportData = reportData(shown, points, { fromMs, toMs, judged });
  const parts = sections.nav({
    verdict: sections.verdict(seen),
    time: sections.overTime(points, shown.length > 0),
    map: sections.map(mapSvg(graph, sample), graph, sample),
    processes: sections.processes(seen.flows),
    remotes: sections.remotes(seen.flows),
    limits: sections.limits(seen.flows),
    failures: sections.failures(seen.flows),
    connections: sections.connections(shown, left, seen, fromMs),
  });
  return html`
    <!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8">
        <meta http-equiv="Content-Security-Policy" content="${policy}">
        <meta name="viewport" content="width=device-width,initial-scale=1">
        <meta name="referrer" content="no-referrer">
        <meta name="generator" content="tcptop ${report.version}">
        <link rel="icon" href="data:,">
        <title>${titleText(report)} – tcptop</title>
        <style>${new Html(STYLE)}</style>
      </head>
      <body>
        <a class="skip" href="#main">To the report</a>
        <header>
    <h1>${report.command === null ? "Network report" : html`<code>${commandText(report.command)}</code>`}</h1>
    <p class="soft">${headline(report)}</p>
    ${tiles(seen, sample)}
    ${notes(cut === null ? report.notes : [{ code: "cut", message: cut, remedy: null }, ...report.notes])}
    ${parts.nav}
        </header>
        <main id="main">
    ${parts.main}
        </main>
        <footer>
          <p>Made by tcptop ${report.version} from what the kernel of ${hostNames(
            sample,
          )} told (TCP: ${sample.source.tcp ?? "none"}, UDP: ${sample.source.udp ??
            "none"}). Times are UTC. Bytes are payload, since a connection was opened. This file holds who talked to whom: show it to nobody who should not know.</p>
        </footer>
        <div id="tip" role="status" hidden></div>
        <script type="application/json" id="data">${dataJson(data)}</script>
        <script>${new Html(script)}</script>
      </body>
    </html>
  `.markup;
}

/** As a Content-Security-Policy names a text that may be used. */
async function hashOf(text: string): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  return `sha256-${btoa(String.fromCharCode(...digest))}`;
}

function commandText({ words }: RunFacts): string {
  const text = words.join(" ");
  return text.length > 200 ? `${text.slice(0, 199)}…` : text;
}

function titleText({ command, sample }: Report): string {
  return command === null ? hostNames(sample) : commandText(command);
}

function headline({ command, sample, fromMs, toMs }: Report): Html {
  const span = `${secondText(fromMs)} to ${secondText(toMs).slice(11)} UTC`, on = ` on ${hostNames(sample)}`;
  if (command === null) return html`${span}, ${ageText(toMs - fromMs)},${on}`;
  const { status, signal, ms } = command, well = status === 0 && signal === null;
  const how = signal !== null ? `by signal ${signal}` : `with status ${status}`;
  return html`Ended <span class="${well ? "good" : "bad"}">${how}</span> after ${ageText(ms)}${on}. ${span}`;
}

function tiles({ flows, further, judge, isCut }: Seen, { fleet }: Report["sample"]): Html {
  const outside = flows.filter(({ inside }) => !inside), inside = flows.filter(({ inside }) => inside);
  const failed = flows.filter(hasFailed).length + further.failed, open = flows.filter(({ closed }) => !closed).length;
  const all = flows.length + further.ended + further.open;
  const refused = judge === null ? 0 : flows.filter(({ allowed }) => !allowed).length + further.notAllowed;
  const sum = (of: readonly SeenFlow[], what: "rxBytes" | "txBytes") =>
    of.reduce((sum: number | null, flow) => plus(sum, flow[what]), null);
  const tile = (head: string, big: string, rest: string | Html, tone = "") =>
    html`
      <div>
        <dt>${head}</dt>
        <dd class="big ${tone}">${big}</dd>
        <dd class="soft">${rest}</dd>
      </div>
    `;
  const verdict = judge === null
    ? tile("Policy", "Not judged", "no --allow was given")
    : refused === 0 && isCut
    ? tile("Policy", "Not known", "watching failed")
    : refused === 0
    ? tile("Policy", "All allowed", "by what --allow names", "good")
    : tile("Policy", `${refused.toLocaleString("en-US")} not allowed`, html`<a href="#verdict">which</a>`, "bad");
  return html`<dl class="tiles">${[
    tile(
      "Connections and flows",
      all.toLocaleString("en-US"),
      html`<span${failed > 0 ? new Html(' class="bad"') : null}>${failed.toLocaleString("en-US")} failed</span>, ${
        open.toLocaleString("en-US")
      } still open`,
    ),
    tile("In, from outside", bytesText(sum(outside, "rxBytes") ?? 0), counted(outside.length, "[flow|flows]"), "in"),
    tile(
      "Out, to outside",
      bytesText(sum(outside, "txBytes") ?? 0),
      counted(byHost(outside).length, "far [end|ends]"),
      "out",
    ),
    tile(
      fleet === undefined ? "Inside this machine" : "Inside each host",
      bytesText(sum(inside, "rxBytes") ?? 0),
      html`in, ${bytesText(sum(inside, "txBytes") ?? 0)} out, ${counted(inside.length, "[flow|flows]")}`,
    ),
    tile(
      "Programs",
      byProcess(flows).length.toLocaleString("en-US"),
      counted(new Set(flows.map(({ pid }) => pid)).size, "[process|processes]"),
    ),
    verdict,
  ]}</dl>`;
}

function notes(notes: readonly Note[]): Html | null {
  if (notes.length === 0) return null;
  return html`<ul class="notes">${
    notes.map(({ message, remedy }) => html`<li>${message}${remedy === null ? "" : `. ${remedy}`}</li>`)
  }</ul>`;
}
