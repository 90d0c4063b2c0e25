/** Whose flows are seen, where not all are. */

/** What a record says of an owner. */
export interface Owner {
  readonly cgroupId: number;
  readonly tgid: number;
  /** Pids of its ancestors; null: not known. */
  readonly ancestors: ReadonlySet<number> | null;
}

/** null: it cannot be told. */
export type Scope = (owner: Owner) => boolean | null;

/** A cgroup and all below it. `below`: a line "ID PATH" for each of those, asked for where an id is not known. */
export function cgroupScope(id: number, below: () => string): Scope {
  const known = new Map<number, boolean>([[id, true], [0, false]]);
  return ({ cgroupId }) => {
    const before = known.get(cgroupId);
    if (before !== undefined) return before;
    if (known.size > MOST_KNOWN) known.clear();
    known.set(id, true);
    for (const line of below().split("\n")) {
      const own = parseInt(line);
      if (!Number.isNaN(own)) known.set(own, true);
    }
    if (!known.has(cgroupId)) known.set(cgroupId, false);
    return known.get(cgroupId)!;
  };
}

/** More cgroups than machines have; ids of those that have gone are never used again. */
const MOST_KNOWN = 1 << 16;

/** The children of a process and theirs, without itself. */
export function treeScope(pid: number): Scope {
  return ({ tgid, ancestors }) => tgid === pid ? false : ancestors === null ? null : ancestors.has(pid);
}
