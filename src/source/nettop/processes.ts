/** What the system says of a process. null: no such process, or not ours to know. */
export interface ProcessFacts {
  /** Of the executable. */
  path(pid: number): string | null;
  uid(pid: number): number | null;
}

interface Known {
  turn: number;
  cutName: string;
  uid: number | null;
  name: string;
}

/**
 * Names and users of processes, asked for once a process and turn: a pid may be another process's by the next one, whose name, or the
 * first 15 characters of it, may be the same. What could not be told is asked for again too.
 */
export class Processes {
  readonly #known = new Map<number, Known>();
  #names: [pid: number, name: string][] = [];
  #turn = 0;

  constructor(readonly facts: ProcessFacts) {}

  /** A frame has come. Who was not in the two before it is forgotten. */
  turn(): void {
    this.#turn++;
    for (const [pid, { turn }] of this.#known) if (turn < this.#turn - 2) this.#known.delete(pid);
  }

  /** `cutName` is the name as nettop has it; empty: the source of the row tells none. */
  uidOf(pid: number, cutName: string): number | null {
    const known = this.#known.get(pid);
    if (known !== undefined && known.turn === this.#turn && known.cutName === cutName) return known.uid;
    const uid = this.facts.uid(pid), path = this.facts.path(pid);
    const name = path === null ? cutName : path.slice(path.lastIndexOf("/") + 1) || cutName;
    if (known === undefined || known.name !== name) this.#names.push([pid, name]);
    this.#known.set(pid, { turn: this.#turn, cutName, uid, name });
    return uid;
  }

  /** Names that came to be known since the last call. */
  takeNames(): [pid: number, name: string][] {
    const names = this.#names;
    this.#names = [];
    return names;
  }
}
