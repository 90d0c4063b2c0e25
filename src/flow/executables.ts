import type { ProcessRecord } from "../decode/cursor.ts";
import type { FlowArrays } from "./columns.ts";

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
}

const KEPT = 4;
const decoder = new TextDecoder();

/** Which executable a process runs, as the source has told. */
export class Executables {
  #now = new Map<number, Process>();
  #before = new Map<number, Process>();

  add(record: ProcessRecord): void {
    const { tgid, startNs } = record, known = this.#find(tgid);
    const exe = record.exe(), end = exe.indexOf(0);
    const name = end === 0 ? null : decoder.decode(end < 0 ? exe : exe.subarray(0, end));
    const earlier = known?.startNs === startNs ? known.executables.slice(0, KEPT - 1) : [];
    if (this.#now.size >= MOST) {
      this.#before = this.#now;
      this.#now = new Map();
    }
    this.#now.set(tgid, { startNs, executables: [{ comm: record.comm(), name }, ...earlier] });
  }

  /** Of the owner of a flow, under the name that the row has for it; null: not known. */
  of(flows: FlowArrays, row: number): string | null {
    const process = this.#find(flows.tgid[row]);
    if (process === undefined) return null;
    // Programs that know no start of a process leave it 0.
    if (process.startNs !== flows.ownerStartNs[row] && flows.ownerStartNs[row] !== 0) return null;
    const { executables } = process;
    if (executables.length === 1) return executables[0].name;
    return (executables.find(({ comm }) => isComm(flows, row, comm)) ?? executables[0]).name;
  }

  #find(tgid: number): Process | undefined {
    const now = this.#now.get(tgid);
    if (now !== undefined) return now;
    const before = this.#before.get(tgid);
    if (before !== undefined) this.#now.set(tgid, before);
    return before;
  }
}

function isComm({ comm }: FlowArrays, row: number, wanted: Uint8Array): boolean {
  for (let i = 0; i < COMM_BYTES; i++) if (comm[row * COMM_BYTES + i] !== wanted[i]) return false;
  return true;
}
