/** How a connection ended, as people say it. */
import type { Ended } from "../flow/end.ts";

const WORDS = {
  fin: { local: "closed here", peer: "closed by the peer", kernel: "closed" },
  reset_sent: "reset from here",
  reset_received: "reset by the peer",
  timeout: "timed out",
  keepalive: "timed out (keepalive)",
  killed: "killed",
  refused: "refused",
  unreachable: "unreachable",
  given_up: "given up",
} as const;

export function endText({ by, how, error }: Ended): string {
  if (how === null) return error ?? "ended";
  return how === "fin" ? WORDS.fin[by] : WORDS[how];
}

/** With the reason, where there is one. */
export function endSentence(end: Ended): string {
  return end.reason === null ? endText(end) : `${endText(end)}: ${end.reason}`;
}
