/** Command lines of the owners of flows: each is read once, and once more when exec() has put another program in the place of one. */
import type { FlowArrays } from "../flow/columns.ts";
import { OwnerHow } from "../wire/layout.ts";

/** Of processes that the main thread has not been told of. `startNs`: the process; a pid comes again. */
export type NewCommands = readonly (readonly [pid: number, startNs: number, line: string])[];

const MOST = 1 << 14;
const COMM_BYTES = 16;

interface Asked {
  readonly startNs: number;
  readonly comm: string;
  readonly exe: number;
}

export class CommandLines {
  #asked = new Map<number, Asked>();

  /** `read`: Platform.commandLine, null of a process that has gone. */
  constructor(readonly read: (pid: number, startNs: number) => string | null) {}

  take(flows: FlowArrays, length: number): NewCommands {
    const news: [number, number, string][] = [];
    for (let row = 0; row < length; row++) {
      const pid = flows.tgid[row], startNs = flows.ownerStartNs[row], how = flows.how[row];
      // Without its start nobody can tell whether the process with this number is still the same.
      if (how === OwnerHow.none || how === OwnerHow.kernel || pid === 0 || startNs === 0) continue;
      const comm = String.fromCharCode(...flows.comm.subarray(row * COMM_BYTES, (row + 1) * COMM_BYTES));
      const before = this.#asked.get(pid), exe = flows.exe[row];
      // An older row than the last one asked for is of a process that has gone.
      if (
        before !== undefined &&
        (before.startNs > startNs || before.startNs === startNs && before.comm === comm && before.exe === exe)
      ) continue;
      if (this.#asked.size >= MOST) this.#asked.clear();
      this.#asked.set(pid, { startNs, comm, exe });
      const line = this.read(pid, startNs);
      if (line !== null) news.push([pid, startNs, line]);
    }
    return news;
  }
}
