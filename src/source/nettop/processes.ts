/** What the system says of a process. null: no such process, or not ours to know. */
export interface ProcessFacts {
  /** Of the executable. */
  path(pid: number): string | null;
  uid(pid: number): number | null;
}

/** After so many all are asked for anew, so that the dead are forgotten. */
const MAX_KNOWN = 4096;

/** Names and users of processes, asked for once a process. */
export class Processes {
  readonly #known = new Map<number, { readonly cutName: string; readonly uid: number | null }>();
  #names: [pid: number, name: string][] = [];

  constructor(readonly facts: ProcessFacts) {}

  /** `cutName` is the name as nettop has it: when another comes for a pid, it is another process, or another program. */
  uidOf(pid: number, cutName: string): number | null {
    const known = this.#known.get(pid);
    if (known !== undefined && known.cutName === cutName) return known.uid;
    if (this.#known.size >= MAX_KNOWN) this.#known.clear();
    const uid = this.facts.uid(pid), path = this.facts.path(pid);
    this.#known.set(pid, { cutName, uid });
    this.#names.push([pid, path === null ? cutName : path.slice(path.lastIndexOf("/") + 1) || cutName]);
    return uid;
  }

  /** Names that came to be known since the last call. */
  takeNames(): [pid: number, name: string][] {
    const names = this.#names;
    this.#names = [];
    return names;
  }
}
