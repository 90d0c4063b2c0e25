import type { EventLog, PackedEvents } from "../flow/event_log.ts";

/** Batches on their way at once. */
const MOST_SENT = 8;
/** Events that may wait for these when more come in. */
const FEW = 1 << 14;

/** Sends what the log has, some batches at a time: while they are not taken the log fills up, and what it drops it counts. */
export class EventPump {
  #sent = 0;
  #resume: (() => void) | null = null;

  constructor(readonly log: EventLog, readonly send: (batch: PackedEvents) => void) {}

  /** One batch was. */
  taken(): void {
    this.#sent--;
    this.#pump();
    if (this.log.ripe <= FEW) this.release();
  }

  /** Resolves when few events wait to be taken, or by release(): what can be read at any pace is read at that of who takes them. */
  async caughtUp(): Promise<void> {
    if (this.log.ripe > FEW) await new Promise<void>((resolve) => this.#resume = resolve);
  }

  release(): void {
    this.#resume?.();
    this.#resume = null;
  }

  /** Call it after each drain. */
  drained(): void {
    this.log.ripen();
    this.#pump();
    this.log.drained();
  }

  /** What there is, is not told. */
  forget(): void {
    this.log.forget();
  }

  /** Sends everything, taken or not: nothing comes after it. */
  flush(): void {
    while (this.#send(true));
  }

  #pump(): void {
    if (this.#sent > 0) return;
    while (this.#sent < MOST_SENT && this.#send(false));
  }

  #send(all: boolean): boolean {
    const batch = this.log.take(all);
    if (batch === null) return false;
    this.#sent++;
    this.send(batch);
    return true;
  }
}
