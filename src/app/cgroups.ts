/** Which cgroup the owner of each flow is in. The kernel is asked once a cgroup or process. */
import type { FlowArrays } from "../flow/columns.ts";
import { type Cgroup, cgroupOf, containerOf } from "../flow/container.ts";
import { isHybrid, processCgroup } from "../flow/process_cgroup.ts";
import type { CgroupSource } from "../source/platform.ts";
import { OwnerHow } from "../wire/layout.ts";

/** Cgroups that the main thread has not been told: they are numbered from `first` on. A number is never used again, for flows that have ended are
 * still shown; those below `oldest` are not asked for any more. */
export interface NewCgroups {
  readonly first: number;
  readonly oldest: number;
  readonly cgroups: readonly Cgroup[];
}

export const NO_NEW_CGROUPS: NewCgroups = { first: 1, oldest: 1, cgroups: [] };

const MOST_PATHS = 1 << 14;
/** After so many new processes, those that no flow has had since as many were new are forgotten: short-lived processes come without end. */
const MOST_PROCESSES = 1 << 12;
/** The whole hierarchy is read for an id that is not known, but for no more than a twentieth of the time. */
const SHARE = 20;

interface OfId {
  readonly path: string;
  /** Whether the path says which container it is, or that there is none: /proc/PID/cgroup need not be read for it. */
  readonly isFinal: boolean;
}

interface OfProcess {
  readonly startNs: number;
  readonly path: string | null;
}

export class Cgroups {
  #byId = new Map<number, OfId>();
  #byProcess = new Map<number, OfProcess>();
  #byProcessBefore = new Map<number, OfProcess>();
  #numbers = new Map<string, number>();
  /** Those that fill() has met for the first time. */
  #fresh: Cgroup[] = [];
  #next = 1;
  /** The first numbers of this generation of paths and of the one before. */
  #generation = 1;
  #oldest = 1;
  #listAfterMs = 0;
  #hybrid: boolean | null = null;

  constructor(readonly source: CgroupSource, readonly nowMs: () => number) {}

  /** Writes the number of each flow's cgroup into its row, 0 where it is not known. `like`: SameOwners.of() of these rows. */
  fill(flows: FlowArrays, length: number, like: Int32Array): NewCgroups {
    if (this.#numbers.size > MOST_PATHS) {
      this.#numbers = new Map();
      this.#oldest = this.#generation;
      this.#generation = this.#next;
    }
    const first = this.#next;
    if (this.#hasUnknown(flows, length, like)) this.#list();
    const { cgroup } = flows;
    for (let row = 0; row < length; row++) {
      cgroup[row] = like[row] === row ? this.#numberOf(flows, row) : cgroup[like[row]];
    }
    return { first, oldest: this.#oldest, cgroups: this.#fresh.splice(0) };
  }

  #hasUnknown({ cgroupId }: FlowArrays, length: number, like: Int32Array): boolean {
    for (let row = 0; row < length; row++) {
      if (like[row] === row && cgroupId[row] > 1 && !this.#byId.has(cgroupId[row])) return true;
    }
    return false;
  }

  #list(): void {
    const startMs = this.nowMs();
    if (startMs < this.#listAfterMs) return;
    // Flows may still have the id of a cgroup that is gone, so ids are kept; all are forgotten when there are too many.
    if (this.#byId.size > MOST_PATHS) this.#byId.clear();
    for (const line of this.source.cgroupPaths().split("\n")) {
      const blank = line.indexOf(" "), path = line.slice(blank + 1);
      if (blank > 0) this.#byId.set(Number(line.slice(0, blank)), { path, isFinal: this.#isFinal(path) });
    }
    const endMs = this.nowMs();
    this.#listAfterMs = endMs + (endMs - startMs) * SHARE;
  }

  #isFinal(path: string): boolean {
    this.#hybrid ??= isHybrid(this.source.processCgroups(null) ?? "");
    return !this.#hybrid || containerOf(path) !== null;
  }

  #numberOf(flows: FlowArrays, row: number): number {
    const how = flows.how[row];
    if (how === OwnerHow.none || how === OwnerHow.kernel) return 0;
    const ofId = this.#byId.get(flows.cgroupId[row]);
    if (ofId?.isFinal) return this.#number(ofId.path);
    const ofProcess = this.#ofProcess(flows.tgid[row], flows.ownerStartNs[row]);
    if (ofProcess !== null && (ofId === undefined || containerOf(ofProcess) !== null)) {
      return this.#number(ofProcess);
    }
    const path = ofId?.path ?? (flows.cgroupId[row] === 1 ? "/" : null);
    // Where there is version 1 too, a process may be in version 2's root and in a container of version 1: /proc/PID/cgroup would say, but the process
    // has ended or is hidden.
    return path === null || path === "/" && ofProcess === null && !this.#isFinal(path) ? 0 : this.#number(path);
  }

  #ofProcess(pid: number, startNs: number): string | null {
    const now = this.#byProcess.get(pid);
    if (now?.startNs === startNs) return now.path;
    if (this.#byProcess.size > MOST_PROCESSES) {
      this.#byProcessBefore = this.#byProcess;
      this.#byProcess = new Map();
    }
    const before = this.#byProcessBefore.get(pid);
    const known = before?.startNs === startNs ? before : { startNs, path: this.#askProcess(pid, startNs) };
    this.#byProcess.set(pid, known);
    return known.path;
  }

  #askProcess(pid: number, startNs: number): string | null {
    const text = this.source.processCgroups(pid, startNs);
    return text === null ? null : processCgroup(text);
  }

  #number(path: string): number {
    let number = this.#numbers.get(path);
    if (number === undefined) {
      this.#numbers.set(path, number = this.#next++);
      this.#fresh.push(cgroupOf(path));
    }
    return number;
  }
}
