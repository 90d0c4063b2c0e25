import { Flag, type ReportData } from "../output/report/data.ts";
import { spanText } from "../output/report/span.ts";
import { BY_URGENCY, limitText } from "../view/limit.ts";
import { bytesText } from "../view/units.ts";

/** "before": it was there when the run began. */
export function beganText({ connections: { opened } }: ReportData, i: number): string {
  const ms = opened[i];
  return ms === null ? "before" : `+${spanText(ms)}`;
}

export function lastedText({ connections: { lasted } }: ReportData, i: number): string {
  return spanText(lasted[i]);
}

/** All that is known of a connection, in lines. */
export function connectionText(data: ReportData, i: number): string {
  const { connections: c, texts } = data, pid = c.pid[i] === null ? "" : ` (${c.pid[i]})`;
  const address = texts[c.remote[i]] === texts[c.host[i]] ? "" : ` at ${texts[c.remote[i]]}`;
  const lines = [
    `${texts[c.process[i]]}${pid} ↔ ${texts[c.peer[i]]}${address}, local port ${c.localPort[i]}`,
    `${beganText(data, i)}, for ${lastedText(data, i)}: in ${bytesText(c.rx[i])}, out ${bytesText(c.tx[i])}`,
    texts[c.end[i]],
  ];
  if (c.limit[i] >= 0) lines.push(`held up by: ${limitText(BY_URGENCY[c.limit[i]])}`);
  if (c.flags[i] & Flag.notAllowed) lines.push("not allowed");
  return lines.join("\n");
}
