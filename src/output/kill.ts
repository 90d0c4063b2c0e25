/** What came of ending a connection, in words and as JSON. */
import type { KillResult, KillWay } from "../system/kill.ts";

const KILL_SCHEMA = "tcptop.kill/1";

const WORDS: Readonly<Record<KillWay, string>> = {
  killed: "ended",
  gone: "had gone already",
  unreachable: "is in a network namespace that was made after tcptop began: run it once more",
  refused: "is not ended: the kernel refuses it",
};

/** `text`: which one, as killText() has it. */
export function killedText(text: string, { how, error }: KillResult): string {
  const remedy = error === "EPERM" ? ": it takes CAP_NET_ADMIN, which root has" : "";
  return `${text} ${WORDS[how]}${error === null ? "" : ` (${error})`}${remedy}`;
}

/** The same where tcptop goes on. `again`: the command that reaches it; first, for a narrow screen. */
export function killedNotice(text: string, result: KillResult, again: string): string {
  if (result.how !== "unreachable") return killedText(text, result);
  return `${again} ends it: its network namespace is newer than this tcptop`;
}

/** One line. result: null: it was only looked for. `flow`: its document. */
export function killJson(flow: string, result: KillResult | null): string {
  const message = result === null || result.how === "killed" ? null : killedText("it", result);
  const head = { schema: KILL_SCHEMA, result: result?.how ?? "matched", error: result?.error ?? null, message };
  return `${JSON.stringify(head).slice(0, -1)},"flow":${flow}}\n`;
}
