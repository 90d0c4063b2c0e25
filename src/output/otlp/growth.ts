import type { Sample } from "../../flow/sample.ts";
import { flowId, isTcp, retransmits } from "../../flow/row.ts";

/** Retransmits of each sample: the flows have those since their beginning. Few have any. */
export class Growth {
  #before: ReadonlyMap<string, number> = new Map();
  #begun = false;

  /** Tells of each row with more than in the sample before. What a connection had before it was first seen does not count. */
  look(sample: Sample, tell: (row: number, more: number) => void): void {
    const now = new Map<string, number>(), { flows } = sample, rows = sample.pastFrom ?? sample.length;
    const sinceNs = sample.timeNs - sample.intervalMs * 1e6;
    for (let row = 0; row < rows; row++) {
      if (flows.retransmits[row] === 0 || !isTcp(flows, row)) continue;
      const id = flowId(flows, row), count = retransmits(flows, row);
      if (count === null) continue;
      const isOlder = flows.openedNs[row] === 0 || !this.#begun && flows.openedNs[row] <= sinceNs;
      const more = count - (this.#before.get(id) ?? (isOlder ? count : 0));
      if (more > 0) tell(row, more);
      if (!flows.closed[row]) now.set(id, count);
    }
    this.#before = now;
    this.#begun = true;
  }
}
