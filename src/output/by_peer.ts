/** What a run saw, by process and whom it talked to. */
import { plus } from "../flow/row.ts";
import { harmless, harmlessName } from "../harmless.ts";
import { hasFailed, ownerText, type Seen, type SeenFlow } from "./seen.ts";

export interface PeerSums {
  flows: number;
  failed: number;
  /** null: the source cannot say. */
  rx: number | null;
  tx: number | null;
}

/** Texts are harmless on a terminal. */
export interface PeerLine extends PeerSums {
  readonly process: string;
  readonly remote: string;
}

/** Those with most bytes first. */
export function byPeer(flows: readonly SeenFlow[]): PeerLine[] {
  const lines = new Map<string, PeerLine>();
  for (const flow of flows) {
    const process = harmless(ownerText(flow, "(not known)")), remote = remoteText(flow), key = `${process}\n${remote}`;
    let line = lines.get(key);
    if (line === undefined) lines.set(key, line = { process, remote, flows: 0, failed: 0, rx: null, tx: null });
    line.flows++;
    if (hasFailed(flow)) line.failed++;
    line.rx = plus(line.rx, flow.rxBytes);
    line.tx = plus(line.tx, flow.txBytes);
  }
  const bytes = ({ rx, tx }: PeerLine) => (rx ?? 0) + (tx ?? 0);
  const text = ({ process, remote }: PeerLine) => `${process}\n${remote}`;
  return [...lines.values()].sort((a, b) => bytes(b) - bytes(a) || (text(a) < text(b) ? -1 : 1));
}

function remoteText({ direction, local, remote, name, protocol }: SeenFlow): string {
  const host = name === null ? remote.address : harmlessName(name), bare = host.includes(":") ? `[${host}]` : host;
  return direction === "inbound" ? `${bare} to port ${local.port}/${protocol}` : `${bare}:${remote.port}/${protocol}`;
}

export function total(lines: readonly PeerSums[]): PeerSums {
  const sum: PeerSums = { flows: 0, failed: 0, rx: null, tx: null };
  for (const { flows, failed, rx, tx } of lines) {
    sum.flows += flows;
    sum.failed += failed;
    sum.rx = plus(sum.rx, rx);
    sum.tx = plus(sum.tx, tx);
  }
  return sum;
}

/** Of the flows that there was no room for; null: there was. */
export function furtherSums({ further }: Seen): PeerSums | null {
  const flows = further.ended + further.open;
  return flows === 0 ? null : { flows, failed: further.failed, rx: further.rxBytes, tx: further.txBytes };
}

/** Until when it was watched where watching has failed; null: it has not. */
export function cutSentence({ isCut, last }: Seen): string | null {
  if (!isCut || last === null) return null;
  return `Watching failed: what came after ${secondText(last.wallMs)} UTC is not known`;
}

/** `ms`: since 1970. */
export function secondText(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace("T", " ");
}

/** Sentences about what is missing of what was seen, and what the source says of itself. */
export function lossSentences({ last, lost }: Seen): string[] {
  if (last === null) return [];
  const notes = last.source.notes.map(({ message, remedy }) => `${message}${remedy === null ? "" : `. ${remedy}`}`);
  return lost === 0 ? notes : [`${lost} records were lost on this machine meanwhile: --ring-size makes room`, ...notes];
}
