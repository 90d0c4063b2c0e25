/** What a command did, in some lines. */
import { harmless } from "../harmless.ts";
import { ageText, bytesText } from "../view/units.ts";
import { textCells } from "../view/width.ts";
import { byPeer, cutSentence, furtherSums, lossSentences, type PeerLine, type PeerSums, total } from "./by_peer.ts";
import type { Seen } from "./seen.ts";

const MOST_LINES = 30;

export interface RunFacts {
  readonly words: readonly string[];
  readonly status: number;
  readonly signal: number | null;
  readonly ms: number;
}

export function runSummary(seen: Seen, facts: RunFacts): string[] {
  const outside = seen.flows.filter(({ inside }) => !inside), inside = seen.flows.filter(({ inside }) => inside);
  const lines = byPeer(outside), shown = lines.slice(0, MOST_LINES), rest = lines.slice(MOST_LINES);
  const further = furtherSums(seen), cut = cutSentence(seen);
  const nothing = cut === null ? "nothing left this machine" : "nothing was seen to leave this machine";
  return [
    `tcptop: ${commandText(facts.words)} ${endText(facts)}`,
    ...cut === null ? [] : [`! ${cut}`],
    ...outside.length === 0 ? [`  ${nothing}`] : table(shown),
    ...rest.length === 0 ? [] : [`  and ${rest.length} further: ${figures(total(rest))}`],
    ...inside.length === 0 ? [] : [`  never left this machine: ${figures(total(byPeer(inside)))}`],
    ...further === null ? [] : [`  more than ${seen.most} flows, and so not told apart: ${figures(further)}`],
    ...lossSentences(seen).map((sentence) => `! ${sentence}`),
  ];
}

function table(lines: readonly PeerLine[]): string[] {
  const cells = (of: (line: PeerLine) => string) => Math.max(...lines.map((line) => textCells(of(line))));
  const process = cells((line) => line.process), remote = cells((line) => line.remote);
  const padded = (text: string, width: number) => text + " ".repeat(width - textCells(text));
  return lines.map((line) =>
    `  ${padded(line.process, process)}  ${padded(line.remote, remote)}  ${figures(line)}`.trimEnd()
  );
}

function figures({ flows, failed, rx, tx }: PeerSums): string {
  const count = flows === 1 ? "1 flow" : `${flows} flows`;
  return `${count}${failed > 0 ? `, ${failed} failed` : ""}  in ${bytesText(rx)}  out ${bytesText(tx)}`;
}

/** The command on one line, not longer than most are. */
export function commandText(words: readonly string[]): string {
  const text = harmless(words.join(" "));
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

export function endText({ status, signal, ms }: RunFacts): string {
  return `ended ${signal === null ? `with status ${status}` : `by signal ${signal}`} after ${ageText(ms)}`;
}
