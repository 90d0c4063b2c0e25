/**
 * Users and whole names of processes, which nettop does not write.
 * In: pids, and the names that nettop cuts at 15 characters. Out: uids at once, names that have come to be known since the last call.
 */

/** What macOS says of a process. null: there is no such process, or it may not be asked about. */
export interface ProcessFacts {
  /** Of the executable. */
  path(pid: number): string | null;
  uid(pid: number): number | null;
}

interface Known {
  /** Number of the last frame in which it was asked for. */
  frame: number;
  cutName: string;
  uid: number | null;
  name: string;
}

/**
 * Asks macOS once a process and frame. A pid may have passed to another process by the next frame, whose name, or whose first 15
 * characters, may be the same; and what was not known may be known by then.
 */
export class Processes {
  readonly #known = new Map<number, Known>();
  #names: [pid: number, name: string][] = [];
  #frame = 0;

  constructor(readonly facts: ProcessFacts) {}

  /** A new frame begins. Processes that were not asked for in the last two are forgotten. */
  nextFrame(): void {
    this.#frame++;
    for (const [pid, { frame }] of this.#known) if (frame < this.#frame - 2) this.#known.delete(pid);
  }

  /** `cutName`: the name as nettop writes it; empty: the kernel's list of sockets has none. */
  uidOf(pid: number, cutName: string): number | null {
    const known = this.#known.get(pid);
    if (known !== undefined && known.frame === this.#frame && known.cutName === cutName) return known.uid;
    const uid = this.facts.uid(pid), path = this.facts.path(pid);
    const name = path === null ? cutName : path.slice(path.lastIndexOf("/") + 1) || cutName;
    if (known === undefined || known.name !== name) this.#names.push([pid, name]);
    this.#known.set(pid, { frame: this.#frame, cutName, uid, name });
    return uid;
  }

  /** Names that are new or have changed since the last call. */
  takeNames(): [pid: number, name: string][] {
    const names = this.#names;
    this.#names = [];
    return names;
  }
}
