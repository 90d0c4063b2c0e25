/** A run in Markdown, for the summary of a job in CI: who talked to whom, what was not allowed, a map. */
import { hostNames } from "../flow/host.ts";
import type { Sample } from "../flow/sample.ts";
import { bytesText, counted } from "../view/units.ts";
import type { MapGraph } from "../view/map.ts";
import { byPeer, cutSentence, furtherSums, lossSentences, type PeerSums, secondText, total } from "./by_peer.ts";
import { mermaidMap } from "./map_mermaid.ts";
import { block, code, prose, table } from "./markdown.ts";
import { type Refusals, refusals } from "./policy.ts";
import { commandText, endText, type RunFacts } from "./run_summary.ts";
import type { Seen } from "./seen.ts";

/** GitHub takes no more of a step. */
export const MOST_BYTES = 1 << 20;
/** And Mermaid draws no more than that, in characters. */
const MOST_DRAWN = 50_000;

/** What is left out, step by step, until the rest has room. */
const LENGTHS = [{ lines: 100, pairs: 40 }, { lines: 100, pairs: 0 }, { lines: 10, pairs: 0 }] as const;

const HEADS = ["Process", "Peer", "Flows", "Failed", "In", "Out"];
const FIGURES = new Set(HEADS.slice(2));

export interface SummaryFacts {
  readonly seen: Seen;
  readonly graph: MapGraph;
  /** ms since 1970. */
  readonly beganMs: number;
  /** null: no command was run. */
  readonly command: RunFacts | null;
  /** The files of --allow. */
  readonly allow: readonly string[];
  /** --inside. */
  readonly inside: boolean;
  /** What is not seen of the command, in a sentence. */
  readonly note: string | null;
}

const encoder = new TextEncoder();

/** `room`: bytes. null: not even the shortest has room. */
export function summaryMarkdown(facts: SummaryFacts, room: number): Uint8Array | null {
  for (const length of LENGTHS) {
    const bytes = encoder.encode(document(facts, length));
    if (bytes.length <= room) return bytes;
  }
  return null;
}

function document(facts: SummaryFacts, length: (typeof LENGTHS)[number]): string {
  const { seen, note } = facts, gaps = seen.silences.notes();
  const told = [...note === null ? [] : [note], ...gaps.map(({ message }) => message), ...lossSentences(seen)];
  const cut = cutSentence(seen), map = length.pairs === 0 ? null : drawnMap(facts, length.pairs);
  const parts = [
    [`## ${heading(facts)}`],
    ...cut === null ? [] : [[`**${prose(cut)}.**`]],
    ...traffic(seen, length.lines),
    ...facts.allow.length === 0 ? [] : verdict(facts, refusals(seen)),
    ...map === null ? [] : [["### Who talked to whom"], block("mermaid", map)],
    ...length === LENGTHS[0] ? [] : [["Left out, for the summary may have 1 MiB: the map and most of the table."]],
    ...told.map((sentence) => [`> ${prose(sentence)}`]),
  ];
  return `${parts.map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

function heading({ seen: { last }, command, beganMs }: SummaryFacts): string {
  if (command !== null) return `${code(commandText(command.words))} ${endText(command)}`;
  return last === null
    ? "Nothing was seen"
    : `Traffic of ${code(hostNames(last))}, ${secondText(beganMs)} to ${secondText(last.wallMs)} UTC`;
}

/** What a flow that is inside never leaves. */
function placeOf({ last }: Seen): string {
  return last?.fleet === undefined ? "this machine" : "its host";
}

function traffic(seen: Seen, most: number): string[][] {
  const place = placeOf(seen);
  const outside = byPeer(seen.flows.filter(({ inside }) => !inside)), rest = outside.slice(most);
  const inside = seen.flows.filter((flow) => flow.inside), further = furtherSums(seen);
  const rows = outside.slice(0, most).map((line) => [code(line.process), code(line.remote), ...figures(line)]);
  if (rest.length > 0) rows.push([`${rest.length} further`, "", ...figures(total(rest))]);
  return [
    outside.length === 0
      ? [seen.isCut ? `Nothing was seen to leave ${place}.` : `Nothing left ${place}.`]
      : table(HEADS, FIGURES, rows),
    ...inside.length === 0 ? [] : [[`Never left ${place}: ${sentence(total(byPeer(inside)))}.`]],
    ...further === null ? [] : [[`More than ${seen.most} flows, and so not told apart: ${sentence(further)}.`]],
  ];
}

function figures({ flows, failed, rx, tx }: PeerSums): string[] {
  return [String(flows), failed > 0 ? `**${failed}**` : "0", bytesText(rx), bytesText(tx)];
}

function sentence({ flows, failed, rx, tx }: PeerSums): string {
  return `${counted(flows, "[flow|flows]")}${failed > 0 ? `, ${failed} failed` : ""}, in ${bytesText(rx)}, out ${
    bytesText(tx)
  }`;
}

function verdict({ seen, allow, inside }: SummaryFacts, { told, more }: Refusals): string[][] {
  const files = allow.map(code).join(", "), which = inside ? "Every flow" : `Every flow that left ${placeOf(seen)}`;
  if (told.length + more.length === 0 && seen.isCut) {
    return [[`Whether ${which.toLowerCase()} is one that ${files} allows is not known: watching failed.`]];
  }
  if (told.length + more.length === 0) return [[`${which} is one that ${files} allows.`]];
  return [
    ["### Not allowed"],
    [`No line of ${files} matches:`],
    [...told.map(({ who, sums }) => `- ${code(who)}: ${sums}`), ...more.map((text) => `- ${text}`)],
  ];
}

/** null: there is nothing to draw. */
function drawnMap({ seen, graph }: SummaryFacts, pairs: number): string | null {
  if (graph.edges.length === 0) return null;
  const containers: Sample["containers"] = seen.last?.containers ?? new Map();
  for (let limit = pairs; limit > 0; limit >>= 1) {
    const text = mermaidMap(graph, { containers }, limit, "");
    if (text.length <= MOST_DRAWN) return text;
  }
  return null;
}
