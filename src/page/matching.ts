/** Which connections have the words that a reader looks for. */
import { Flag, type ReportData } from "../output/report/data.ts";
import { END_KINDS } from "../output/report/ends.ts";

/** Each word must be in one of a connection's texts, in small letters or capitals. */
export function matcher({ texts, connections: c }: ReportData, asked: string): (i: number) => boolean {
  const words = asked.toLowerCase().split(/\s+/).filter((word) => word !== "");
  if (words.length === 0) return () => true;
  // A text is looked at once, however many connections have it.
  const found = words.map((word) => texts.map((text) => text.toLowerCase().includes(word)));
  const kinds = words.map((word) => END_KINDS.map(({ text }) => text.includes(word)));
  const flags = words.map((word) => "not allowed".includes(word) ? Flag.notAllowed : 0);
  return (i) =>
    found.every((of, word) =>
      of[c.process[i]] || of[c.peer[i]] || of[c.remote[i]] || of[c.end[i]] || kinds[word][c.kind[i]] ||
      (c.flags[i] & flags[word]) !== 0 || String(c.pid[i]) === words[word]
    );
}
