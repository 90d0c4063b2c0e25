/** The way from records to batches of events and samples, on one thread and without a clock. */
import { EventLog, unpackEvents } from "../../src/flow/event_log.ts";
import type { EventBatch } from "../../src/flow/sample.ts";
import { fakeSample } from "../view/fake_sample.ts";
import { Feed } from "./feed.ts";
import { join } from "./records.ts";

/** Boot was at 2026-01-02T03:04:05Z. */
export const BOOT_WALL_MS = Date.UTC(2026, 0, 2, 3, 4, 5);

export class EventFeed extends Feed {
  constructor(readonly log: EventLog = new EventLog()) {
    super(log);
  }

  /** All events that wait, those of these records too. */
  batch(...records: readonly Uint8Array[]): EventBatch {
    this.decoder.decode(join(...records));
    const none = { length: 0, rows: 0, dropped: 0, events: new ArrayBuffer(0), drops: new Map() };
    const packed = this.log.take(true) ?? none, { length, dropped, drops } = packed, events = unpackEvents(packed);
    const sample = { ...fakeSample([]), dropsKnown: this.tables.dropsKnown, drops };
    return { ...sample, length, flows: events, events, bootWallMs: BOOT_WALL_MS, dropped };
  }
}
