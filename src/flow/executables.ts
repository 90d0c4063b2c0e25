import type { ProcessRecord } from "../decode/cursor.ts";
import type { FlowArrays } from "./columns.ts";
import type { StateReader, StateWriter } from "./state.ts";

/** After so many processes those that no flow has named meanwhile are forgotten: short-lived ones come without end. */
const MOST = 1 << 14;
const COMM_BYTES = 16;

interface Executable {
  readonly comm: Uint8Array;
  /** File name; null: too long to be read. */
  readonly name: string | null;
}

interface Process {
  readonly startNs: number;
  /** The last few, the newest first: exec() puts another in the place of one. */
  readonly executables: readonly Executable[];
  /** As its first record had them, with blanks between: a parent that ends later is still among them. Behind a line feed the parent's name. */
  readonly ancestors: string;
}

const KEPT = 4;
const decoder = new TextDecoder();

/** Which executable a process runs and whose child it is, as the source has told. */
export class Executables {
  #now = new Map<number, Process>();
  #before = new Map<number, Process>();

  add(record: ProcessRecord): void {
    const { tgid, startNs } = record, known = this.#find(tgid);
    const exe = record.exe(), end = exe.indexOf(0);
    const name = end === 0 ? null : decoder.decode(end < 0 ? exe : exe.subarray(0, end));
    const same = known?.startNs === startNs ? known : undefined;
    const earlier = same?.executables.slice(0, KEPT - 1) ?? [];
    const ancestors = same?.ancestors ?? ancestorsOf(record);
    if (this.#now.size >= MOST) {
      this.#before = this.#now;
      this.#now = new Map();
    }
    this.#now.set(tgid, { startNs, executables: [{ comm: record.comm(), name }, ...earlier], ancestors });
  }

  /** Of the owner of a flow, under the name that the row has for it; null: not known. */
  of(flows: FlowArrays, row: number): string | null {
    const executables = this.#owner(flows, row)?.executables;
    if (executables === undefined) return null;
    if (executables.length === 1) return executables[0].name;
    return (executables.find(({ comm }) => isComm(flows, row, comm)) ?? executables[0]).name;
  }

  /** Pids of the owner's ancestors, the parent first, with blanks between, and behind a line feed the parent's name; null: not known, or it has
   * none. */
  ancestorsOf(flows: FlowArrays, row: number): string | null {
    return this.#owner(flows, row)?.ancestors || null;
  }

  #owner(flows: FlowArrays, row: number): Process | undefined {
    const process = this.#find(flows.tgid[row]);
    // Programs that know no start of a process leave it 0.
    return process?.startNs === flows.ownerStartNs[row] || flows.ownerStartNs[row] === 0 ? process : undefined;
  }

  save(to: StateWriter): void {
    const list = (processes: ReadonlyMap<number, Process>) =>
      [...processes].map(([tgid, { startNs, executables, ancestors }]) => [
        tgid,
        startNs,
        ancestors,
        ...executables.flatMap(({ comm, name }) => [String.fromCharCode(...comm), name]),
      ]);
    to.list("executables", list(this.#now));
    to.list("executables before", list(this.#before));
  }

  /** What was not saved stays as it is. */
  load(from: StateReader): void {
    if (!from.has("executables")) return;
    this.#now = processes(from.list("executables"));
    this.#before = processes(from.list("executables before"));
  }

  #find(tgid: number): Process | undefined {
    const now = this.#now.get(tgid);
    if (now !== undefined) return now;
    const before = this.#before.get(tgid);
    if (before !== undefined) this.#now.set(tgid, before);
    return before;
  }
}

function ancestorsOf(record: ProcessRecord): string {
  const pids = record.ancestors().join(" "), parent = record.parent(), end = parent.indexOf(0);
  return end === 0 ? pids : `${pids}\n${decoder.decode(end < 0 ? parent : parent.subarray(0, end))}`;
}

function processes(list: readonly unknown[]): Map<number, Process> {
  const found = new Map<number, Process>();
  for (const one of list) {
    if (!Array.isArray(one)) continue;
    const [tgid, startNs, ancestors, ...rest] = one, executables: Executable[] = [];
    for (let i = 0; i + 1 < rest.length && executables.length < KEPT; i += 2) {
      const comm = Uint8Array.from(String(rest[i]).slice(0, COMM_BYTES), (char) => char.charCodeAt(0));
      executables.push({ comm, name: typeof rest[i + 1] === "string" ? rest[i + 1] : null });
    }
    if (executables.length > 0) {
      found.set(Number(tgid), { startNs: Number(startNs), executables, ancestors: String(ancestors) });
    }
  }
  return found;
}

function isComm({ comm }: FlowArrays, row: number, wanted: Uint8Array): boolean {
  for (let i = 0; i < COMM_BYTES; i++) if (comm[row * COMM_BYTES + i] !== wanted[i]) return false;
  return true;
}
