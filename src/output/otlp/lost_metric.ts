import { NO_ATTRIBUTES } from "./attribute_set.ts";
import { counter, type Metric } from "./instrument.ts";

export interface Lost {
  readonly signal: string;
  readonly why: string;
  /** Since the start. */
  readonly count: number;
}

/** What could not be told, by the signal it was of and why. */
export class LostMetric {
  readonly #lost = counter("tcptop.otlp.lost", "{item}", "Points and log records that the receiver did not get.");
  readonly #told = new Map<string, number>();

  collect(
    losses: readonly Lost[],
    { wallMs, intervalMs }: { readonly wallMs: number; readonly intervalMs: number },
    delta: boolean,
  ): Metric {
    for (const { signal, why, count } of losses) {
      const set = NO_ATTRIBUTES.with("tcptop.otlp.signal", signal).with("tcptop.otlp.reason", why);
      this.#lost.of(set, wallMs - intervalMs, wallMs).value += count - (this.#told.get(set.key) ?? 0);
      this.#told.set(set.key, count);
    }
    return this.#lost.collect(wallMs, delta);
  }
}
