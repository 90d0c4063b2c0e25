/** How a connection ended, as a colour can say it. */
import type { Ended } from "../../flow/end.ts";
import { endSentence, endText } from "../../view/end.ts";
import { hasFailed, type SeenFlow } from "../seen.ts";

/** By number, as the page has them. */
export const END_KINDS = [
  { id: "open", text: "still open" },
  { id: "closed", text: "closed" },
  { id: "failed", text: "never established" },
  { id: "reset", text: "reset" },
  { id: "timeout", text: "timed out" },
  { id: "killed", text: "killed" },
  { id: "silent", text: "ended, not told how" },
] as const;

export type EndKind = typeof END_KINDS[number]["id"];

const BY_WAY: Readonly<Record<Exclude<Ended["how"], null>, EndKind>> = {
  fin: "closed",
  reset_sent: "reset",
  reset_received: "reset",
  timeout: "timeout",
  keepalive: "timeout",
  killed: "killed",
  refused: "failed",
  unreachable: "failed",
  given_up: "failed",
};

export function endKind(flow: SeenFlow): EndKind {
  if (!flow.closed) return "open";
  if (hasFailed(flow)) return "failed";
  if (flow.end === null) return "silent";
  return flow.end.how === null ? "reset" : BY_WAY[flow.end.how];
}

/** In some words: "reset by the peer". */
export function endWords(flow: SeenFlow): string {
  if (!flow.closed) return "open";
  if (flow.end !== null) return endText(flow.end);
  if (flow.protocol === "udp") return "no more datagrams";
  return hasFailed(flow) ? "never established" : "ended";
}

/** With the reason, where it is known. */
export function endReason(flow: SeenFlow): string {
  return flow.end === null ? endWords(flow) : endSentence(flow.end);
}

/** Whether something went wrong, at one end or between. */
export function isFailure(flow: SeenFlow): boolean {
  const kind = endKind(flow);
  return kind !== "open" && kind !== "closed" && kind !== "silent";
}
