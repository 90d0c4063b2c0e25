/** What is to be said of the hosts. */
import { harmless } from "../../harmless.ts";
import type { Note } from "../../system/source_info.ts";
import { ageText } from "../../view/units.ts";
import type { Link } from "./link.ts";

/** A difference of clocks that shows in times. */
const SKEW_MS = 1000;
/** Of one host's own. */
const MOST_NOTES = 8;
/** Of hosts that say the same. */
const MOST_NAMES = 4;

/** Of all. `isStale`: nothing has come from it for too long. `areKept`: the figures that it had last are shown. */
export function notesOfAll(links: readonly Link[], isStale: (link: Link) => boolean, areKept: boolean): Note[] {
  return [...links.flatMap((link) => notesOf(link, isStale(link), areKept)), ...ownNotes(links)];
}

/** What hosts say of themselves; what several say is said once. */
function ownNotes(links: readonly Link[]): Note[] {
  const notes = new Map<string, { readonly note: Note; readonly names: string[] }>();
  for (const { last, name } of links) {
    for (const note of last?.source.notes.slice(0, MOST_NOTES) ?? []) {
      const key = JSON.stringify(note), same = notes.get(key);
      if (note.code === "replay") continue;
      if (same === undefined) notes.set(key, { note, names: [harmless(name)] });
      else same.names.push(harmless(name));
    }
  }
  return [...notes.values()].map(({ note, names }) => ({ ...note, message: `${listed(names)}: ${note.message}` }));
}

function listed(names: readonly string[]): string {
  const further = names.length - MOST_NAMES;
  return further <= 1 ? names.join(", ") : `${names.slice(0, MOST_NAMES).join(", ")} and ${further} more`;
}

/** `stale`: nothing has come from it for too long. */
export function notesOf(link: Link, stale: boolean, areKept = false): Note[] {
  const { last, problem, heardWallMs, aheadMs } = link, name = harmless(link.name), notes: Note[] = [];
  if (last === null && problem === null) {
    notes.push({ code: "host_connecting", message: `${name}: has not answered yet`, remedy: null });
  }
  if (stale && heardWallMs !== null) {
    const figures = areKept ? "its figures are those of then" : "its flows are left out";
    const message = `${name}: silent since ${clock(heardWallMs)}: ${figures}. It is tried again`;
    notes.push({ code: "host_stale", message, remedy: null });
  }
  if (problem !== null) notes.push(problem);
  if (aheadMs !== null && Math.abs(aheadMs) > SKEW_MS && last !== null) {
    const far = ageText(Math.round(Math.abs(aheadMs) / 1000) * 1000), side = aheadMs > 0 ? "ahead of" : "behind";
    const message = `${name}: its clock is ${far} ${side} this machine's: times that it tells are its own`;
    notes.push({ code: "host_clock", message, remedy: "Set both by a time server, with NTP" });
  }
  return notes;
}

/** 14:03:59, here. */
function clock(ms: number): string {
  return new Date(ms).toTimeString().slice(0, 8);
}
