/** The way through time that keys want: in what is remembered, and, in a recording that can be read from anywhere, to what is not. */
import type { FlowSource } from "../source/source.ts";
import type { Host } from "../system/host.ts";
import type { Step } from "../view/screen/moment.ts";
import type { History } from "./history/history.ts";
import type { MomentMessage } from "./protocol.ts";
import type { Span } from "./span.ts";

/** The next sample is no later than so many times the time between the last two, as a rule. */
const NEXT = 1.5;

export class Player {
  /** Samples before this time of day are played at once; null: none. */
  #beforeMs: number | null = null;
  /** Where playing is to come to; nobody is told of samples that lead there. null: it is there. */
  #towardsMs: number | null = null;
  /** The last sample, of which nobody was told. */
  #passedMs: number | null = null;

  #moved = false;

  constructor(readonly history: History | null, readonly span: Span | null) {}

  /** Whether playing goes on from another place than before, no sample of which has come. Once. */
  takeMoved(): boolean {
    const moved = this.#moved;
    this.#moved = false;
    return moved;
  }

  /** A moment that is remembered. null: the step leads to the present, or to what is not remembered and played next. */
  look(
    source: FlowSource | null,
    host: Host,
    { fromNs, step }: { readonly fromNs: number; readonly step: Step },
  ): MomentMessage["moment"] {
    const { span } = this, firstMs = span?.firstMs ?? -Infinity;
    const found = this.history?.look(fromNs, step, host, source?.seek === undefined ? Infinity : firstMs) ?? null;
    if (found === null || !("beforeMs" in found)) return found;
    if (this.#goTo(source!, Math.max(found.beforeMs, firstMs + 1), true)) {
      this.history?.forget();
      if (span?.still) span.leave();
    }
    return null;
  }

  /** FlowSource.skip(); what can be passed over is not played. `wallMs`: of the last sample. */
  skip(source: FlowSource, wallMs: number, ms: number): void {
    const toMs = Math.min(wallMs + ms, this.span?.endMs ?? Infinity);
    if (ms === 0 || !this.#goTo(source, toMs + 1, false)) source.skip?.(ms);
  }

  /** A sample of this time of day has come. Whether somebody is to be told of it. */
  arrived(source: FlowSource, wallMs: number): boolean {
    if (this.#beforeMs !== null && this.#beforeMs > wallMs + 1) source.skip?.(this.#beforeMs - wallMs - 1);
    this.#beforeMs = null;
    this.#moved = false;
    const everyMs = this.#passedMs === null ? 0 : wallMs - this.#passedMs, towardsMs = this.#towardsMs;
    if (towardsMs !== null && wallMs + everyMs * NEXT < towardsMs) {
      this.#passedMs = wallMs;
      return false;
    }
    this.#towardsMs = this.#passedMs = null;
    return true;
  }

  /** Where no sample follows the last one that nobody was told of, that is the one that is wanted: whether playing goes on with it. */
  settle(source: FlowSource): boolean {
    if (this.#passedMs === null || source.pace?.hasNews) return false;
    const wallMs = this.#passedMs;
    this.#passedMs = null;
    if (!this.#goTo(source, wallMs + 1, true)) return false;
    this.#towardsMs = wallMs;
    return true;
  }

  /** To the last sample before this time of day, by what leads there from a keyframe. */
  #goTo(source: FlowSource, beforeMs: number, back: boolean): boolean {
    if (!source.seek?.(beforeMs, back)) return false;
    this.#beforeMs = beforeMs;
    this.#towardsMs = beforeMs;
    this.#passedMs = null;
    this.#moved = true;
    source.skip?.(0);
    return true;
  }
}
