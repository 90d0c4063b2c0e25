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
  /** Where playing is to come to; nobody is told of samples that lead there. null: it is there. */
  #towardsMs: number | null = null;
  /** The last sample, of which nobody was told. */
  #passedMs: number | null = null;
  /** The sample before #towardsMs is wanted, however long before. */
  #back = false;

  #moved = false;
  /** When the first sample of all was taken; null: it has not come. */
  #beganMs: number | null = null;

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
    const { span } = this, firstMs = span?.firstMs ?? -Infinity, isAll = source?.seek === undefined;
    const beganMs = isAll ? Infinity : Math.max(firstMs, this.#beganMs ?? -Infinity);
    const found = this.history?.look(fromNs, step, host, beganMs) ?? null;
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
    this.#moved = false;
    this.#beganMs ??= wallMs;
    // More time lies between it and the one before than was to be expected.
    if (this.#back && wallMs >= this.#towardsMs! && this.settle(source)) return false;
    const everyMs = this.#passedMs === null ? 0 : wallMs - this.#passedMs, towardsMs = this.#towardsMs;
    if (towardsMs !== null && wallMs + 1 + everyMs * NEXT < towardsMs) {
      this.#passedMs = wallMs;
      source.skip?.(0);
      return false;
    }
    // One more may lie before it.
    if (towardsMs !== null && towardsMs > wallMs + 1) source.skip?.(towardsMs - wallMs - 1);
    this.#towardsMs = this.#passedMs = null;
    this.#back = false;
    return true;
  }

  /** To the last sample, of which nobody was told, where none follows or it is the one that is wanted: whether playing goes on with it. */
  settle(source: FlowSource): boolean {
    const wallMs = this.#passedMs;
    this.#passedMs = null;
    if (wallMs === null || !this.#goTo(source, wallMs + 1, true)) return false;
    this.#back = false;
    return true;
  }

  /** To the last sample before this time of day, by what leads there from a keyframe. */
  #goTo(source: FlowSource, beforeMs: number, back: boolean): boolean {
    if (!source.seek?.(beforeMs, back)) return false;
    this.#towardsMs = beforeMs;
    this.#back = back;
    this.#passedMs = null;
    this.#moved = true;
    source.skip?.(0);
    return true;
  }
}
