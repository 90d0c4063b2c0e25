import type { EventLog, PackedEvents } from "../flow/event_log.ts";

/** Sends what the log has, one batch at a time: while one is not taken the log fills up, and what it drops it counts. */
export class EventPump {
  #taken = true;

  constructor(readonly log: EventLog, readonly send: (batch: PackedEvents) => void) {}

  taken(): void {
    this.#taken = true;
  }

  /** Call it after each drain. */
  drained(): void {
    if (this.#taken) this.#send(false);
    this.log.drained();
  }

  /** What there is, is not told. */
  forget(): void {
    this.log.take(true);
    this.log.drained();
  }

  /** Sends everything, taken or not: nothing comes after it. */
  flush(): void {
    this.#send(true);
  }

  #send(all: boolean): void {
    const batch = this.log.take(all);
    if (batch === null) return;
    this.#taken = false;
    this.send(batch);
  }
}
