/** Command lines of the processes whose details are looked at. */
import { hasOwner } from "../../flow/row.ts";
import type { Sample } from "../../flow/sample.ts";
import { executable, type ProcessId, processName } from "../flow.ts";

/** Processes whose lines are kept. */
const MOST = 64;

/** A process and what it runs: exec() changes the name, the executable or both, and with them the command line. */
export interface NamedProcess extends ProcessId {
  readonly names: string;
}

export class CommandLines {
  readonly #lines = new Map<string, string | null | undefined>();
  /** The sample and the process that the last request was for. */
  #asked = "";

  /** The row's process, if its line is to be asked for; null: nobody's, or it has been. Each sample asks anew: exec() may put another program
   * of the same name in its place. */
  wanted(sample: Sample, row: number): NamedProcess | null {
    const process = ownerOf(sample, row);
    return process === null || this.#asked === askOf(sample, process) ? null : process;
  }

  /** `sample`: that in which it was asked; `line` undefined: it has been asked for. What is known is kept until the answer, and when the
   * process has ended. */
  take(sample: Sample | undefined, process: NamedProcess, line: string | null | undefined): void {
    const key = keyOf(process);
    this.#asked = askOf(sample, process);
    if (this.#lines.size >= MOST && !this.#lines.has(key)) this.#lines.clear();
    this.#lines.set(key, line ?? this.#lines.get(key) ?? line);
  }

  /** null: there is none; undefined: not known yet. */
  of(sample: Sample, row: number): string | null | undefined {
    const process = ownerOf(sample, row);
    return process === null ? null : this.#lines.get(keyOf(process));
  }
}

/** null: not known, or the kernel itself. */
function ownerOf(sample: Sample, row: number): NamedProcess | null {
  const { tgid, ownerStartNs } = sample.flows;
  if (!hasOwner(sample.flows, row) || tgid[row] === 0) return null;
  return {
    pid: tgid[row],
    startNs: ownerStartNs[row],
    names: `${processName(sample, row)} ${executable(sample, row) ?? ""}`,
  };
}

function keyOf({ pid, startNs, names }: NamedProcess): string {
  return `${pid} ${startNs} ${names}`;
}

function askOf(sample: Sample | undefined, process: NamedProcess): string {
  return `${sample?.number} ${keyOf(process)}`;
}
