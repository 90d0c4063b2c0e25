/** An event as a line of text, in bytes. */
import { EventKind } from "../flow/event_log.ts";
import { hostState } from "../flow/host.ts";
import { retransmits, rttUs, rxBytes, txBytes } from "../flow/row.ts";
import { type EventBatch, eventWallMs } from "../flow/sample.ts";
import { harmless, harmlessName } from "../harmless.ts";
import { Direction } from "../wire/layout.ts";
import { dropsOf, endedOf } from "../view/drops.ts";
import { endSentence } from "../view/end.ts";
import { container, pidOf, processName } from "../view/flow.ts";
import { type ByteText, type Constant, constant } from "./byte_text.ts";
import { durationUs, eventName } from "./event_facts.ts";
import { EventOwnerParts } from "./owner_parts.ts";
import { END_TEXT, MicroTimes, putBytes, putDuration, putLocalEndpoint, putRemoteEndpoint } from "./row_bytes.ts";

/** By EventKind. */
const TIMES = [0, ...Object.values(EventKind)].map((kind) => new MicroTimes("", ` ${eventName(kind).padEnd(6)} `));
const FROM = constant(" <- "),
  TO = constant(" -> "),
  GAP = constant("  "),
  IN = constant("  in "),
  OUT = constant("  out ");
const RTT = constant("  rtt "), RETRANS = constant("  retrans "), DASH = constant("-"), LINE_END = constant("\n");
const NOT_SEEN = constant("  end not seen");

function ownerPart(batch: EventBatch, row: number): Constant {
  const pid = pidOf(batch.flows, row), host = hostState(batch, row)?.name ?? null, inside = container(batch, row);
  const process = pid === null ? "-" : `${harmlessName(processName(batch, row) ?? "-")}[${pid}]`;
  const owner = host === null ? process : `${process}@${harmless(host)}`;
  return constant(`  ${inside === null ? owner : `${owner}  ${harmless(inside.name ?? inside.id.slice(0, 12))}`}`);
}

/** Lines of a batch after the other: begin() before the first of each. */
export class EventText {
  readonly #owners = new EventOwnerParts(ownerPart);

  begin(batch: EventBatch): void {
    this.#owners.begin(batch);
  }

  /** 03:04:05.678901 closed 10.0.0.2:51812 -> 1.1.1.1:443  curl[1234]  5.30 s  in 12.1 KiB  out 678 B  rtt 14.0 ms  retrans 0 */
  line(to: ByteText, batch: EventBatch, row: number): void {
    const f = batch.flows, kind = batch.events.kind[row];
    TIMES[kind].put(to, eventWallMs(batch, row));
    putLocalEndpoint(to, batch, row);
    to.add(f.direction[row] === Direction.inbound ? FROM : TO);
    putRemoteEndpoint(to, batch, row);
    to.add(this.#owners.of(batch, row));
    if (kind === EventKind.failed) {
      const end = endedOf(batch, row);
      to.add(GAP);
      putDuration(to, durationUs(batch, row));
      to.text(`  ${end === null ? "never established" : endSentence(end)}`);
    } else if (kind !== EventKind.opened) closing(to, batch, row);
    to.add(LINE_END);
  }
}

function closing(to: ByteText, batch: EventBatch, row: number): void {
  const f = batch.flows, again = retransmits(f, row);
  to.add(GAP);
  putDuration(to, durationUs(batch, row));
  to.add(IN);
  putBytes(to, rxBytes(f, row));
  to.add(OUT);
  putBytes(to, txBytes(f, row));
  to.add(RTT);
  putDuration(to, rttUs(f, row));
  to.add(RETRANS);
  if (again === null) to.add(DASH);
  else to.number(again);
  const dropped = dropsOf(batch, row)?.reduce((sum, { packets }) => sum + packets, 0) ?? 0;
  if (dropped > 0) to.text(`  dropped ${dropped}`);
  if (batch.events.kind[row] === EventKind.vanished) to.add(NOT_SEEN);
  else END_TEXT.put(to, batch, row);
}
