/** Of several hosts, those that were not heard for a part of a run, or never: what they did then is in nothing that is told of it. */
import type { HostState } from "../flow/host.ts";
import type { Sample } from "../flow/sample.ts";
import type { Note } from "../system/source_info.ts";
import { harmless } from "../harmless.ts";
import { ageText } from "../view/units.ts";

interface Silence {
  /** Of those that are over. */
  beforeMs: number;
  /** Of the one that goes on. */
  nowMs: number;
}

export class Silences {
  readonly #hosts = new Map<string, Silence>();
  #last: readonly HostState[] = [];

  take({ fleet = [], wallMs }: Sample): void {
    this.#last = fleet;
    for (const { name, staleSinceMs } of fleet) {
      const silence = this.#hosts.get(name);
      if (staleSinceMs !== null) {
        this.#hosts.set(name, { beforeMs: silence?.beforeMs ?? 0, nowMs: wallMs - staleSinceMs });
      } else if (silence !== undefined) {
        silence.beforeMs += silence.nowMs;
        silence.nowMs = 0;
      }
    }
  }

  /** Those that are not heard now. */
  get silent(): ReadonlySet<string> {
    return new Set(this.#last.filter(({ staleSinceMs }) => staleSinceMs !== null).map(({ name }) => name));
  }

  notes(): Note[] {
    const note = (message: string) => ({ code: "host_gaps", message, remedy: null });
    return this.#last.flatMap(({ name, version }) => {
      const { beforeMs, nowMs } = this.#hosts.get(name) ?? { beforeMs: 0, nowMs: 0 }, ms = beforeMs + nowMs;
      if (version === null) return [note(`${harmless(name)} was never heard: nothing is known of it`)];
      if (ms <= 0) return [];
      return [note(`${harmless(name)} was not heard for ${ageText(ms)} in all: what it did then is not known`)];
    });
  }
}
