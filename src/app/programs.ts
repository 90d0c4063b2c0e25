/** Whole names of processes, of their executables, and whose children they are, as numbers in the rows and texts that cross to the main
 * thread once. */
import type { FlowArrays } from "../flow/columns.ts";
import { OwnerHow } from "../wire/layout.ts";

/** Texts that the main thread has not been told. */
export type NewPrograms = readonly (readonly [number: number, text: string])[];

/** The kernel cuts a process's name to this many bytes (TASK_COMM_LEN - 1). */
const COMM_BYTES = 15;
const MOST_NUMBERS = 1 << 14;
const MOST_PROCESSES = 1 << 12;

interface Asked {
  readonly startNs: number;
  readonly comm: string;
  readonly name: string | null;
}

export class Programs {
  /** Numbers are never used again: flows that have ended keep theirs. */
  #numbers = new Map<string, number>();
  #next = 1;
  #told: [number, string][] = [];
  #asked = new Map<number, Asked>();
  /** By comm and executable: the whole name of the processes that could be asked; null: they have different ones. */
  #known = new Map<string, string | null>();

  /** `exeOf`, `ancestorsOf`: of the owner. `argumentNames`: Platform.argumentNames. */
  constructor(
    readonly exeOf: (flows: FlowArrays, row: number) => string | null,
    readonly argumentNames: (pid: number, startNs: number) => readonly string[] | null,
    readonly ancestorsOf: (flows: FlowArrays, row: number) => string | null = () => null,
  ) {}

  /** Writes the numbers into the rows. `like`: SameOwners.of() of these rows. */
  fill(flows: FlowArrays, length: number, like: Int32Array): NewPrograms {
    if (this.#numbers.size > MOST_NUMBERS) this.#numbers = new Map();
    const { exe, wholeName, ancestors } = flows;
    for (let row = 0; row < length; row++) {
      const known = like[row];
      if (known === row) this.#name(flows, row);
      else {
        exe[row] = exe[known];
        wholeName[row] = wholeName[known];
        ancestors[row] = ancestors[known];
      }
    }
    return this.#told.splice(0);
  }

  #name(flows: FlowArrays, row: number): void {
    const how = flows.how[row], owned = how !== OwnerHow.none && how !== OwnerHow.kernel;
    const exe = owned ? this.exeOf(flows, row) : null;
    const whole = owned && flows.comm[row * 16 + COMM_BYTES - 1] !== 0 ? this.#wholeName(flows, row, exe) : null;
    flows.exe[row] = this.#number(exe);
    flows.wholeName[row] = this.#number(whole);
    flows.ancestors[row] = this.#number(owned ? this.ancestorsOf(flows, row) : null);
  }

  /** A name of 15 bytes may be cut: it is whole if the executable begins with it or, of a script or a program that calls itself
   * something, one of its first arguments. */
  #wholeName(flows: FlowArrays, row: number, exe: string | null): string | null {
    if (exe !== null && isBeginning(flows, row, exe)) return exe;
    const pid = flows.tgid[row], startNs = flows.ownerStartNs[row], comm = commKey(flows, row);
    const before = this.#asked.get(pid);
    if (before !== undefined && before.startNs === startNs && before.comm === comm) return before.name;
    const names = this.argumentNames(pid, startNs), program = `${comm}${exe ?? ""}`;
    const found = names?.find((name) => isBeginning(flows, row, name)) ?? null;
    if (names !== null) this.#learn(program, found);
    // A process that has ended, such as the child that a server forks for a connection, has the name that others of the same program have.
    const name = names === null ? this.#known.get(program) ?? null : found;
    if (this.#asked.size > MOST_PROCESSES) this.#asked.clear();
    this.#asked.set(pid, { startNs, comm, name });
    return name;
  }

  #learn(program: string, name: string | null): void {
    if (this.#known.size > MOST_PROCESSES) this.#known.clear();
    const before = this.#known.get(program);
    this.#known.set(program, before === undefined || before === name ? name : null);
  }

  #number(text: string | null): number {
    if (text === null) return 0;
    let number = this.#numbers.get(text);
    if (number === undefined) {
      this.#numbers.set(text, number = this.#next++);
      this.#told.push([number, text]);
    }
    return number;
  }
}

const encoder = new TextEncoder();

/** Bytes are compared, not characters: the cut may go through one. */
function isBeginning({ comm }: FlowArrays, row: number, name: string): boolean {
  const bytes = encoder.encode(name);
  if (bytes.length <= COMM_BYTES) return false;
  for (let i = 0; i < COMM_BYTES; i++) if (bytes[i] !== comm[row * 16 + i]) return false;
  return true;
}

function commKey({ comm }: FlowArrays, row: number): string {
  return String.fromCharCode(...comm.subarray(row * 16, row * 16 + COMM_BYTES));
}
