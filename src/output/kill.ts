/** What came of ending a connection, in words. */
import type { KillResult } from "../system/kill.ts";

const WORDS: Readonly<Record<KillResult, string>> = {
  killed: "ended",
  gone: "had gone already",
  unreachable: "is in a network namespace that was made after tcptop began: start it again",
  refused: "is not ended: the kernel refuses it",
};

/** `text`: which one, as killText() has it. */
export function killedText(text: string, result: KillResult): string {
  return `${text} ${WORDS[result]}`;
}
