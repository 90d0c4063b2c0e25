import type { CgroupSource } from "../platform.ts";
import type { Names } from "./info.ts";

const LINES_A_CHUNK = 4096;
const MOST_LINES = 1 << 16;

/** Which process an answer of processCgroups() is about. */
export function processKey(pid: number | null, startNs = 0): string {
  return pid === null ? "own" : `${pid} ${startNs}`;
}

/** Passes on what another one tells, and keeps what it has not told before. */
export class RecordingCgroups implements CgroupSource {
  #told = new Set<string>();

  constructor(readonly source: CgroupSource, readonly keep: (names: Names) => void) {}

  cgroupPaths(): string {
    const text = this.source.cgroupPaths();
    if (this.#told.size > MOST_LINES) this.#told.clear();
    const fresh = text.split("\n").filter((line) => line !== "" && !this.#told.has(line));
    for (const line of fresh) this.#told.add(line);
    for (let at = 0; at < fresh.length; at += LINES_A_CHUNK) {
      this.keep({ cgroups: fresh.slice(at, at + LINES_A_CHUNK) });
    }
    return text;
  }

  processCgroups(pid: number | null, startNs?: number): string | null {
    const text = this.source.processCgroups(pid, startNs);
    if (text !== null) this.keep({ processCgroups: [[processKey(pid, startNs), text]] });
    return text;
  }
}
