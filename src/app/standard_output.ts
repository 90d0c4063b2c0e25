import type { Options } from "../options.ts";
import { isFiled } from "./running.ts";

/** What goes to standard output where there is no screen; null: nothing does. A file, a server or a recording comes in place of text, unless someone is
 * looking. */
export function toStandardOutput(
  options: Options,
  isTerminal: boolean,
): "conditions" | "map" | "events" | "samples" | null {
  const { json, batch, once, csv, record, map, events, command, when } = options;
  if (when.length > 0) return "conditions";
  if (record === "-") return null;
  if (map !== null) return "map";
  if (events) return "events";
  if (json || batch) return "samples";
  if (command !== null || csv === "-") return null;
  return once || !goesElsewhere(options) || isTerminal && !isFiled(options) ? "samples" : null;
}

/** Whether it goes elsewhere than to standard output. */
function goesElsewhere({ csv, metrics, otlp, keep, summary, report }: Options): boolean {
  return [csv, metrics, otlp, keep, summary, report].some((place) => place !== null);
}
