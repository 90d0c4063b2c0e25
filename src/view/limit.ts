/** Why a flow is slow: the word, and a sentence with the figures behind it. */
import type { Sample } from "../flow/sample.ts";
import { droppedPackets, held, isTcp, limitedBy } from "../flow/row.ts";
import { Role } from "./canvas.ts";
import type { LimitCounts, LimitName } from "./group_reasons.ts";
import { bytesText, durationText, thousands } from "./units.ts";
import { latest, type Wait, waitOf } from "./waits.ts";

/** What somebody would look at first: what this machine can mend stands before what it cannot. */
export const BY_URGENCY: readonly LimitName[] = [
  "reader",
  "loss",
  "send_buffer",
  "peer_window",
  "network",
  "application",
  "idle",
];

/** Its place in BY_URGENCY; null: not known. */
export function urgency(name: LimitName | null): number | null {
  return name === null ? null : BY_URGENCY.indexOf(name);
}

/** Green: all that the path gives. Red: something is wrong, at this end in bold. */
const ROLES: Readonly<Record<LimitName, Role>> = {
  reader: Role.warning,
  loss: Role.error,
  send_buffer: Role.buffer,
  peer_window: Role.peer,
  network: Role.network,
  application: Role.text,
  idle: Role.dim,
};

export function limitRole(name: LimitName | null): Role {
  return name === null ? Role.dim : ROLES[name];
}

export function limitText(name: LimitName | null): string {
  return name === null ? "-" : name.replace("_", " ");
}

/** The first that any has; null: nothing is known of them. */
export function mostUrgent(counts: LimitCounts | null): LimitName | null {
  return counts === null ? null : BY_URGENCY.find((name) => counts[name] > 0) ?? null;
}

/** 2 reader 1 loss 14 idle. */
export function countsText(counts: LimitCounts | null): string {
  if (counts === null) return "-";
  return BY_URGENCY.filter((name) => counts[name] > 0).map((name) => `${counts[name]} ${limitText(name)}`).join(" ");
}

/** The figures are those of so long. */
const OVER_US = 10e6;

/** `kept`: what is remembered of the flow, this sample last. null: there is nothing to say. */
export function limitSentence(sample: Sample, row: number, kept: readonly (Wait | null)[] = []): string | null {
  const f = sample.flows, word = limitedBy(f, row), now = waitOf(sample, row);
  if (!isTcp(f, row)) return word === "reader" ? notReadText(droppedPackets(f, row) ?? 0) : null;
  if (now === null) return null;
  const isKept = kept.at(-1)?.timeNs === now.timeNs, known = isKept ? kept : [now], waits = latest(known, OVER_US);
  const us = waits.reduce((sum, wait) => sum + wait.us, 0), over = `of the last ${spanText(us)}`;
  const share = (of: "busyUs" | "peerWindowUs" | "sendBufferUs") => percentText(sumBy(waits, of), us);
  const bytes = (what: "unsent" | "receiveQueue") => bytesText(held(f, row, what) ?? 0);
  switch (word) {
    case "peer_window":
      return `Waits for the peer to read: its window was closed ${share("peerWindowUs")} ${over}.`;
    case "send_buffer":
      return `Waits for room in its send buffer, which was full ${share("sendBufferUs")} ${over}.`;
    case "loss":
      return lossSentence(waits, known, `busy ${share("busyUs")} ${over}`);
    case "network":
      return `Waits for the network: ${bytes("unsent")} not sent yet, busy ${share("busyUs")} ${over}.`;
    case "reader":
      return `Waits for this process to read: ${bytes("receiveQueue")} wait, none was read for ${
        spanText(sinceWord(known, "reader"))
      }.`;
    case "application":
      return `Waits for its process to write more: busy ${share("busyUs")} ${over}.`;
    case "idle":
      return "Idle: nothing moves, and nothing waits.";
    case null:
      return "Receives: what holds it up is known at the other end alone.";
  }
}

function notReadText(lost: number): string {
  return `Waits for this process to read: ${thousands(lost)} datagrams were lost so far.`;
}

function sumBy(waits: readonly Wait[], of: "busyUs" | "peerWindowUs" | "sendBufferUs"): number {
  return waits.reduce((sum, wait) => sum + wait[of], 0);
}

/** Counts are those at the end of a sample: the one before the first must be kept too, else the first is where they begin, and says nothing if it is
 * the only one. Between two attempts, or where this machine itself refuses them, nothing was sent again. */
function lossSentence(waits: readonly Wait[], kept: readonly (Wait | null)[], busy: string): string {
  const before = kept[kept.length - waits.length - 1] ?? null,
    first = before ?? waits[0],
    last = waits[waits.length - 1];
  if (first === last || first.sent === null || last.sent === null) {
    return `Waits for lost segments to be sent again: ${busy}.`;
  }
  const again = (last.sentAgain ?? 0) - (first.sentAgain ?? 0), number = thousands;
  if (again === 0) return `Nothing that it sends gets through: ${busy}.`;
  const us = (last.timeNs - first.timeNs) / 1000, all = number(last.sent - first.sent);
  return `Waits for lost segments to be sent again: ${number(again)} of ${all} in the last ${spanText(us)}.`;
}

/** For how long the word has been the same. */
function sinceWord(kept: readonly (Wait | null)[], word: LimitName): number {
  const waits = latest(kept, Infinity), other = waits.findLastIndex((wait) => wait.word !== word);
  return waits.slice(other + 1).reduce((sum, { us }) => sum + us, 0);
}

/** Not more than all of it: the kernel's clock and ours are not read at the same moment. */
export function percentText(part: number, whole: number): string {
  if (whole <= 0) return "0 %";
  const percent = 100 * part / whole;
  return percent > 0 && percent < 0.5 ? "<1 %" : `${Math.min(100, Math.round(percent))} %`;
}

/** Whole seconds where there are some: 10 s, 0.5 s. */
function spanText(us: number): string {
  return us < 1e6 ? durationText(Math.round(us)) : `${Math.round(us / 1e5) / 10} s`;
}
