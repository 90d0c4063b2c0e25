/** What a command did, in some lines. */
import { plus } from "../flow/row.ts";
import { harmless } from "../harmless.ts";
import { ageText, bytesText } from "../view/units.ts";
import { textCells } from "../view/width.ts";
import { hasFailed, type Seen, type SeenFlow } from "./seen.ts";

const MOST_LINES = 30;

export interface RunFacts {
  readonly words: readonly string[];
  readonly status: number;
  readonly signal: number | null;
  readonly ms: number;
}

interface Line {
  readonly process: string;
  readonly remote: string;
  flows: number;
  failed: number;
  rx: number | null;
  tx: number | null;
}

export function runSummary(seen: Seen, facts: RunFacts): string[] {
  const outside = seen.flows.filter(({ inside }) => !inside), inside = seen.flows.filter(({ inside }) => inside);
  const lines = byPeer(outside), shown = lines.slice(0, MOST_LINES), rest = lines.slice(MOST_LINES);
  return [
    `tcptop: ${commandText(facts.words)} ended ${endText(facts)} after ${ageText(facts.ms)}`,
    ...outside.length === 0 ? ["  nothing left this machine"] : table(shown),
    ...rest.length === 0 ? [] : [`  and ${sumText("further", rest)}`],
    ...inside.length === 0 ? [] : [`  never left this machine: ${figures(total(byPeer(inside)))}`],
    ...furtherText(seen),
    ...lossText(seen),
  ];
}

/** By process and whom it talked to, those with most bytes first. */
function byPeer(flows: readonly SeenFlow[]): Line[] {
  const lines = new Map<string, Line>();
  for (const flow of flows) {
    const process = harmless(flow.process ?? "(not known)"), remote = remoteText(flow), key = `${process}\n${remote}`;
    let line = lines.get(key);
    if (line === undefined) lines.set(key, line = { process, remote, flows: 0, failed: 0, rx: null, tx: null });
    line.flows++;
    if (hasFailed(flow)) line.failed++;
    line.rx = plus(line.rx, flow.rxBytes);
    line.tx = plus(line.tx, flow.txBytes);
  }
  const bytes = ({ rx, tx }: Line) => (rx ?? 0) + (tx ?? 0);
  const text = ({ process, remote }: Line) => `${process}\n${remote}`;
  return [...lines.values()].sort((a, b) => bytes(b) - bytes(a) || (text(a) < text(b) ? -1 : 1));
}

function remoteText({ direction, local, remote, name, protocol }: SeenFlow): string {
  const host = name === null ? remote.address : harmless(name), bare = host.includes(":") ? `[${host}]` : host;
  return direction === "inbound" ? `${bare} to port ${local.port}/${protocol}` : `${bare}:${remote.port}/${protocol}`;
}

function table(lines: readonly Line[]): string[] {
  const cells = (of: (line: Line) => string) => Math.max(...lines.map((line) => textCells(of(line))));
  const process = cells((line) => line.process), remote = cells((line) => line.remote);
  const padded = (text: string, width: number) => text + " ".repeat(width - textCells(text));
  return lines.map((line) =>
    `  ${padded(line.process, process)}  ${padded(line.remote, remote)}  ${figures(line)}`.trimEnd()
  );
}

function figures({ flows, failed, rx, tx }: Omit<Line, "process" | "remote">): string {
  const count = flows === 1 ? "1 flow" : `${flows} flows`;
  return `${count}${failed > 0 ? `, ${failed} failed` : ""}  in ${bytesText(rx)}  out ${bytesText(tx)}`;
}

function total(lines: readonly Line[]): Line {
  const sum: Line = { process: "", remote: "", flows: 0, failed: 0, rx: null, tx: null };
  for (const { flows, failed, rx, tx } of lines) {
    sum.flows += flows;
    sum.failed += failed;
    sum.rx = plus(sum.rx, rx);
    sum.tx = plus(sum.tx, tx);
  }
  return sum;
}

function sumText(what: string, lines: readonly Line[]): string {
  return `${lines.length} ${what}: ${figures(total(lines))}`;
}

function furtherText({ further, most }: Seen): string[] {
  const flows = further.ended + further.open;
  if (flows === 0) return [];
  const { failed, rxBytes: rx, txBytes: tx } = further;
  return [`  more than ${most} flows, and so not told apart: ${figures({ flows, failed, rx, tx })}`];
}

/** What is missing above, and what the source says of itself. */
function lossText({ last }: Seen): string[] {
  if (last === null) return [];
  const { eventsLost, recordsInvalid, flowsEvicted, socketsUntracked, datagramsUntracked } = last.health;
  const lost = eventsLost + recordsInvalid + flowsEvicted + socketsUntracked + datagramsUntracked;
  const notes = last.source.notes.map(({ message, remedy }) => `! ${message}${remedy === null ? "" : `. ${remedy}`}`);
  return lost === 0
    ? notes
    : [`! ${lost} records were lost on this machine meanwhile: --ring-size makes room`, ...notes];
}

function commandText(words: readonly string[]): string {
  const text = harmless(words.join(" "));
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

function endText({ status, signal }: RunFacts): string {
  return signal === null ? `with status ${status}` : `by signal ${signal}`;
}
