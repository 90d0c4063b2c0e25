/** Connections that linger in TIME_WAIT: they belong to no process and are no flows, but people count them. */
import type { FlowArrays } from "../flow/columns.ts";

export interface NetworkNamespaces {
  /** Inode number of our own; 0: not known. */
  readonly own: number;
  /** Of a process's namespace (0: our own); null: it has ended, or may not be asked. */
  timeWaits(pid: number): number | null;
}

/** Processes that are asked for a namespace before it is taken for one that cannot be asked. */
const MOST_ASKED = 4;
const SELF = 0;

/** In all namespaces that have flows, and in our own; null: not known for one of them. */
export function timeWaits(f: FlowArrays, length: number, namespaces: NetworkNamespaces): number | null {
  const asked = new Map<number, number>(), known = new Set<number>();
  const own = namespaces.timeWaits(SELF);
  if (own === null || namespaces.own === 0) return null;
  known.add(namespaces.own);
  let sum = own;
  for (let row = 0; row < length; row++) {
    const netns = f.netns[row];
    if (netns === 0 || netns === namespaces.own || known.has(netns)) continue;
    const times = asked.get(netns) ?? 0;
    if (f.closed[row] || f.tgid[row] === 0 || times >= MOST_ASKED) {
      asked.set(netns, times);
      continue;
    }
    asked.set(netns, times + 1);
    const count = namespaces.timeWaits(f.tgid[row]);
    if (count === null) continue;
    known.add(netns);
    sum += count;
  }
  for (const netns of asked.keys()) if (!known.has(netns)) return null;
  return sum;
}
