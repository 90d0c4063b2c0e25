/** The parts of a report, each of which is whole without the page's script. */
import type { Sample } from "../../flow/sample.ts";
import { limitText } from "../../view/limit.ts";
import type { MapEdge, MapGraph } from "../../view/map.ts";
import { ageText, bytesText, counted, rateText } from "../../view/units.ts";
import { nodeLines } from "../map_labels.ts";
import { hasFailed, type Seen, type SeenFlow } from "../seen.ts";
import { MOST_CONNECTIONS } from "./data.ts";
import { END_KINDS, endKind, endReason, endWords, isFailure } from "./ends.ts";
import { Html, html } from "./html.ts";
import type { RatePoint } from "./rates.ts";
import { spanText } from "./span.ts";
import {
  byHost,
  byProcess,
  byTalk,
  failuresOf,
  hostOf,
  limitsOf,
  type LimitSum,
  peerText,
  processOf,
  type Sum,
} from "./sums.ts";
import { bytes, count, share, table, type TableColumn } from "./table.ts";

/** Rows of the table that is there without the script, which shows all. */
const PLAIN_ROWS = 200, SHOWN_NAMES = 4;

const NOBODY_TALKED = html`<p>Nobody talked.</p>`;

const HEADS = {
  verdict: "Policy",
  time: "Over time",
  map: "Who talks to whom",
  processes: "Processes",
  remotes: "Far ends",
  limits: "Held up by",
  failures: "Failures",
  connections: "Connections",
} as const;

/** Links to the parts, and the parts. */
export function nav(parts: Readonly<Record<keyof typeof HEADS, Html>>): { readonly nav: Html; readonly main: Html } {
  const ids = Object.keys(HEADS) as (keyof typeof HEADS)[];
  return {
    nav: html`
      <nav aria-label="Parts of the report">
        <ul>${ids.map((id) => html`<li><a href="#${id}">${HEADS[id]}</a></li>`)}</ul>
      </nav>
    `,
    main: html`${
      ids.map((id) =>
        html`
          <section id="${id}" aria-labelledby="${id}-head"><h2 id="${id}-head">${HEADS[id]}</h2>
          ${parts[id]}</section>
        `
      )
    }`,
  };
}

const SUMS: readonly TableColumn<Sum>[] = [
  count("Flows", ({ flows }) => flows),
  count("Failed", ({ failed }) => failed),
  bytes("In", ({ rx }) => rx),
  bytes("Out", ({ tx }) => tx),
];

export function verdict(seen: Seen): Html {
  if (seen.judge === null) return html`<p>Not judged: no policy was given (<code>--allow FILE</code>).</p>`;
  const refused = byTalk(seen.flows.filter(({ allowed }) => !allowed)), { notAllowed } = seen.further;
  if (refused.length === 0 && notAllowed === 0) {
    return seen.isCut
      ? html`<p>Whether every flow is allowed is not known: watching failed.</p>`
      : html`<p class="good">Every flow is allowed.</p>`;
  }
  const pids = ({ pids }: Sum) =>
    [...pids].slice(0, SHOWN_NAMES).map((pid) => pid ?? "-").join(", ") + (pids.size > SHOWN_NAMES ? " …" : "");
  return html`${
    table("Not allowed", [
      { head: "Process", text: ({ flow }: Sum) => processOf(flow) },
      { head: "Pid", text: pids },
      { head: "To or from", text: ({ flow }) => peerText(flow) },
      { head: "Address", text: ({ addresses }) => firstOf(addresses) },
      ...SUMS,
    ], refused)
  }${
    notAllowed > 0
      ? html`<p class="bad">Not allowed are ${
        counted(notAllowed, "[flow|flows]")
      } more, of those that came after the first ${seen.most.toLocaleString("en-US")}.</p>`
      : null
  }`;
}

export function overTime(points: readonly RatePoint[], someFlows: boolean): Html {
  const rate = (bytes: number, { fromMs, toMs }: RatePoint) => bytes * 1000 / Math.max(1, toMs - fromMs);
  const column = (head: string, of: keyof RatePoint): TableColumn<RatePoint> => ({
    head,
    text: (point) => rateText(rate(point[of], point)),
    figure: (point) => rate(point[of], point),
  });
  return html`
    <div class="needs-script"
      hidden><div class="tools" role="group" aria-label="Time that is shown"><button type="button" data-zoom="in">Zoom in</button><button type="button" data-zoom="out">Zoom out</button><button type="button" data-zoom="left">← Earlier</button><button type="button" data-zoom="right">Later →</button><button type="button" data-zoom="all">All</button><span id="rates-keys" role="group" aria-label="Rates that are shown"></span><span class="told" id="window" role="status"></span></div>
    <div id="chart" tabindex="0" role="group" aria-label="Rates over time. The keys + and - zoom, the arrows move, 0 shows all; the figures are in the table below."></div>
    <p class="soft"><kbd>+</kbd> <kbd>−</kbd> <kbd>←</kbd> <kbd>→</kbd> <kbd>0</kbd> zoom and move, in either picture; so does dragging over a span of time.</p>
    ${someFlows
      ? html`
        <h3>Connections</h3>
        ${legend()}
        <div id="bars-box" tabindex="0" role="group"
          aria-label="Connections as bars over time, coloured by how they ended. The keys up and down go from one to the next, which is told; + - and the arrows zoom and move. The table of connections has all of it.">
          <canvas id="bars"></canvas>
        </div>
      `
      : null}</div>
    <details><summary>Rates as a table</summary>${table(
      "Rates over time",
      [
        { head: "Until", text: ({ toMs }: RatePoint) => new Date(toMs).toISOString().slice(11, 23) },
        column("In", "rx"),
        column("Out", "tx"),
        column("Inside, in", "insideRx"),
        column("Inside, out", "insideTx"),
      ],
      points,
      Infinity,
    )}</details>
  `;
}

function legend(): Html {
  return html`<ul class="legend" aria-label="Colours">${
    END_KINDS.map(({ id, text }) => html`<li><span class="kind ${id}"></span>${text}</li>`)
  }</ul>`;
}

export function map(picture: Html | null, graph: MapGraph, sample: Pick<Sample, "containers">): Html {
  if (picture === null) return NOBODY_TALKED;
  const end = (id: string) => nodeLines(graph.nodes.get(id)!, sample).join(", ");
  return html`${picture}${
    table("Who talks to whom", [
      { head: "From", text: ({ from }: MapEdge) => end(from) },
      { head: "To", text: ({ to }) => end(to) },
      { head: "Ports", text: ({ ports, hasMorePorts }) => ports.join(" ") + (hasMorePorts ? " …" : "") },
      count<MapEdge>("Connections", ({ connections }) => connections),
      count<MapEdge>("Failed", ({ failed }) => failed),
      bytes<MapEdge>("Sent", ({ sent }) => sent),
      bytes<MapEdge>("Received", ({ received }) => received),
    ], graph.edges)
  }`;
}

const moved = ({ rx, tx }: Sum) => (rx ?? 0) + (tx ?? 0);

export function processes(flows: readonly SeenFlow[]): Html {
  if (flows.length === 0) return NOBODY_TALKED;
  const sums = byProcess(flows), whole = sums.reduce((sum, one) => sum + moved(one), 0);
  return table("Processes", [
    { head: "Process", text: ({ flow }) => processOf(flow) },
    { head: "Talked to", text: ({ peers }) => firstOf(peers) },
    ...SUMS,
    share("Share", moved, whole),
  ], sums);
}

export function remotes(flows: readonly SeenFlow[]): Html {
  if (flows.length === 0) return NOBODY_TALKED;
  const sums = byHost(flows), whole = sums.reduce((sum, one) => sum + moved(one), 0);
  return table("Far ends", [
    { head: "Name or address", text: ({ flow }) => hostOf(flow) },
    { head: "Address", text: ({ addresses }) => firstOf(addresses) },
    { head: "Where", text: ({ flow }) => flow.inside ? flow.host ?? "this machine" : "outside" },
    ...SUMS,
    share("Share", moved, whole),
  ], sums);
}

function firstOf(names: ReadonlySet<string>): string {
  const first = [...names].slice(0, SHOWN_NAMES).join(", "), more = names.size - SHOWN_NAMES;
  return more > 0 ? `${first} and ${more.toLocaleString("en-US")} more` : first;
}

export function limits(flows: readonly SeenFlow[]): Html {
  const sums = limitsOf(flows), whole = sums.reduce((sum, { ms }) => sum + ms, 0);
  if (sums.length === 0) {
    return html`<p>Of no connection is it known what held it up: the source does not tell, or they were too short.</p>`;
  }
  const most = ({ talks }: LimitSum) =>
    [...talks.values()].sort((a, b) => b.ms - a.ms).slice(0, SHOWN_NAMES - 1)
      .map(({ flow, ms }) => `${processOf(flow)} ↔ ${peerText(flow)} (${ageText(ms)})`).join(", ");
  return html`<p class="soft">For how long connections waited for what, over all samples that had them.</p>${
    table("Held up by", [
      { head: "By", text: ({ limit }: LimitSum) => limitText(limit) },
      count<LimitSum>("Connections", ({ flows }) => flows),
      { head: "Time", text: ({ ms }) => spanText(ms), figure: ({ ms }) => ms },
      share<LimitSum>("Share", ({ ms }) => ms, whole),
      { head: "Most of it", text: most },
    ], sums)
  }`;
}

export function failures(flows: readonly SeenFlow[]): Html {
  const sums = failuresOf(flows);
  if (sums.length === 0) return html`<p class="good">None: whatever ended was closed.</p>`;
  return table("Failures", [
    { head: "Process", text: ({ flow }) => processOf(flow) },
    { head: "To or from", text: ({ flow }) => peerText(flow) },
    {
      head: "What happened",
      text: ({ flow }) =>
        html`<span class="kind ${endKind(flow)}"></span>${endReason(flow)}${
          flow.end !== null && hasFailed(flow) ? " (never established)" : ""
        }`,
    },
    count<Sum>("Times", ({ flows }) => flows),
    bytes<Sum>("In", ({ rx }) => rx),
    bytes<Sum>("Out", ({ tx }) => tx),
  ], sums);
}

/** Those that the page has, in the order in which they came: where they are too many, what failed, was not allowed or moved most. */
export function shownFlows(
  flows: readonly SeenFlow[],
  most = MOST_CONNECTIONS,
): { readonly shown: readonly SeenFlow[]; readonly left: number } {
  if (flows.length <= most) return { shown: flows, left: 0 };
  const weight = (flow: SeenFlow) =>
    (flow.rxBytes ?? 0) + (flow.txBytes ?? 0) + (isFailure(flow) || !flow.allowed ? 1e15 : 0);
  const kept = new Set([...flows].sort((a, b) => weight(b) - weight(a)).slice(0, most));
  return { shown: flows.filter((flow) => kept.has(flow)), left: flows.length - most };
}

export function connections(shown: readonly SeenFlow[], left: number, { further, most }: Seen, fromMs: number): Html {
  const weight = ({ rxBytes, txBytes }: SeenFlow) => (rxBytes ?? 0) + (txBytes ?? 0);
  const first = [...shown].sort((a, b) => weight(b) - weight(a)), rest = further.ended + further.open;
  const lasted = (flow: SeenFlow) => Math.max(0, flow.lastMs - Math.max(fromMs, flow.openedMs ?? fromMs));
  const isOlder = ({ openedMs }: SeenFlow) => openedMs === null || openedMs < fromMs,
    older = shown.filter(isOlder).length;
  return html`
    ${older > 0
      ? html`<p class="soft">${counted(older, "[flow was|flows were]")} open before: their bytes are from then on.</p>`
      : null}${left > 0
      ? html`<p>Left out are ${counted(left, "[flow|flows]")} that moved least: this page has ${
        most > 0 ? shown.length.toLocaleString("en-US") : ""
      }.</p>`
      : null}${rest > 0
      ? html`<p>${counted(rest, "[flow|flows]")} came after the first ${
        most.toLocaleString("en-US")
      } and are not told apart: in ${bytesText(further.rxBytes)}, out ${bytesText(further.txBytes)}, ${
        further.failed.toLocaleString("en-US")
      } failed.</p>`
      : null}
    <div class="needs-script tools"
      hidden><label>Find <input type="search" id="find" placeholder="process, name, address, end" autocomplete="off" spellcheck="false"></label><button type="button" id="previous">← Previous</button><button type="button" id="next">Next →</button><span class="told" id="shown" role="status"></span></div>
    <div id="connection-table">${table(
      "Connections and flows",
      [
        { head: "Process", text: (flow: SeenFlow) => processOf(flow) },
        { head: "Pid", text: ({ pid }) => pid === null ? "-" : String(pid), figure: ({ pid }) => pid },
        { head: "To or from", text: peerText },
        { head: "Address", text: ({ remote }) => remote.address },
        {
          head: "Began",
          text: (flow) => isOlder(flow) ? "before" : `+${spanText(flow.openedMs! - fromMs)}`,
          figure: (flow) => isOlder(flow) ? -1 : flow.openedMs! - fromMs,
        },
        { head: "Lasted", text: (flow) => spanText(lasted(flow)), figure: lasted },
        bytes<SeenFlow>("In", ({ rxBytes }) => rxBytes),
        bytes<SeenFlow>("Out", ({ txBytes }) => txBytes),
        { head: "End", text: (flow) => html`<span class="kind ${endKind(flow)}"></span>${endWords(flow)}` },
      ],
      first,
      PLAIN_ROWS,
    )}</div>
  `;
}
