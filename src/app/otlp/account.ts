/** What became of everything that was to be sent: nothing is lost without being counted and told. */
import type { Signal } from "../../output/otlp/encode.ts";
import type { Note } from "../../system/source_info.ts";
import { counted } from "../../view/units.ts";
import type { OtlpConfig } from "./config.ts";
import { BLOCKED } from "./post.ts";
import type { Queue, Waiting } from "./queue.ts";
import type { Ledger } from "./sender.ts";

/** full: there was no room to wait; refused: the receiver does not take it; end: the run ended first. */
export type Loss = "full" | "refused" | "end";

const UNITS = { metrics: "[point|points] of metrics", logs: "log [record|records]" } as const;

interface Fate {
  sent: number;
  readonly lost: Record<Loss, number>;
  /** Of the last request that failed, or was refused; null: the last one was taken. */
  failing: string | null;
  refused: string | null;
}

const noFate = (): Fate => ({ sent: 0, lost: { full: 0, refused: 0, end: 0 }, failing: null, refused: null });

export class Account implements Ledger {
  readonly #fates: Readonly<Record<Signal, Fate>> = { metrics: noFate(), logs: noFate() };
  readonly #places: Readonly<Record<Signal, string>>;
  ending = false;

  constructor(config: OtlpConfig) {
    this.#places = { metrics: placeOf(config.metrics.url), logs: placeOf((config.logs ?? config.metrics).url) };
  }

  sent({ signal, items }: Waiting, refused: number, why: string): void {
    const fate = this.#fates[signal], lost = Math.min(refused, items);
    fate.sent += items - lost;
    fate.lost.refused += lost;
    fate.failing = null;
    fate.refused = lost === 0 ? null : `it takes a part only${why === "" ? "" : `: ${why.slice(0, 200)}`}`;
  }

  refused({ signal, items }: Waiting, why: string): void {
    const fate = this.#fates[signal];
    fate.lost.refused += items;
    fate.failing = null;
    fate.refused = why;
  }

  failing(signal: Signal, why: string): void {
    this.#fates[signal].failing = why;
  }

  lost({ signal, items }: Waiting): void {
    this.#fates[signal].lost[this.ending ? "end" : "full"] += items;
  }

  /** Records and points. */
  get allLost(): number {
    return this.losses().reduce((sum, { count }) => sum + count, 0);
  }

  losses(): { readonly signal: Signal; readonly why: Loss; readonly count: number }[] {
    return (["metrics", "logs"] as const).flatMap((signal) =>
      (["full", "refused", "end"] as const).map((why) => ({ signal, why, count: this.#fates[signal].lost[why] }))
    );
  }

  notes(queue: Queue): Note[] {
    return (["metrics", "logs"] as const).flatMap((signal) => this.#notesOf(signal, queue));
  }

  /** What to say at the end; none: everything has arrived. */
  sentences(): string[] {
    return (["metrics", "logs"] as const).flatMap((signal) => {
      const { lost: { full, refused, end }, failing, refused: answer } = this.#fates[signal], why = failing ?? answer;
      const all = full + refused + end;
      if (all === 0) return [];
      return [
        `${counted(all, `${UNITS[signal]} did not arrive`)} at ${this.#places[signal]}${
          why === null ? "" : `: ${why}`
        }`,
      ];
    });
  }

  #notesOf(signal: Signal, queue: Queue): Note[] {
    const { lost: { full, refused }, failing, refused: answer } = this.#fates[signal], notes: Note[] = [];
    const place = this.#places[signal];
    if (failing !== null) {
      notes.push({
        code: "otlp_waits",
        message: `${counted(queue.items(signal), `${UNITS[signal]} [waits|wait]`)} for ${place}: ${failing}`,
        remedy: "It is tried again; up to 64 MiB wait, then the oldest are lost",
      });
    }
    if (full > 0) {
      notes.push({
        code: "otlp_lost",
        message: `${counted(full, `${UNITS[signal]} [was|were] lost`)}: too much waited for ${place}`,
        remedy: "Look at the receiver; --otlp-logs off sends metrics alone",
      });
    }
    if (refused > 0) {
      const remedy = answer === BLOCKED
        ? "Let it listen at another port"
        : signal === "logs"
        ? "A receiver without logs, such as Prometheus, wants --otlp-logs off"
        : "Look at the path of the URL and at what the receiver logs";
      notes.push({
        code: "otlp_refused",
        message: `${place} did not take ${counted(refused, UNITS[signal])}${answer === null ? "" : `: ${answer}`}`,
        remedy,
      });
    }
    return notes;
  }
}

/** Without what may be secret in a URL. */
function placeOf(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}
