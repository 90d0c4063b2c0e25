/** What was dropped, as it is told. */

/** Packets in one direction, for one reason. */
export interface Drop {
  /** The kernel's name in lower case, such as netfilter_drop; null: it tells the number alone. */
  readonly reason: string | null;
  /** As the flow's own end here sees them; null: they belong to no flow that would tell. */
  readonly direction: "in" | "out" | null;
  readonly packets: number;
  /** Payload; null: not known. */
  readonly bytes: number | null;
}

/** The same of all flows and of packets that belong to none, in one sample. */
export interface DropTotal extends Drop {
  /** Of `packets`: those that belong to no flow. */
  readonly withoutFlow: number;
}

export type Drops = readonly Drop[];

/** What is not known adds nothing. */
export function dropBytes(drops: Drops | null): number | null {
  if (drops === null) return null;
  return drops.reduce<number | null>(
    (sum, { bytes }) => bytes === null ? sum : (sum ?? 0) + bytes,
    drops.length ? null : 0,
  );
}

/** By reason and direction, the most first. */
export function sumOf(lists: readonly Drops[]): Drop[] {
  const sums = new Map<string, Drop>();
  for (const drop of lists.flat()) {
    const key = `${drop.direction} ${drop.reason}`, { packets, bytes } = sums.get(key) ?? { packets: 0, bytes: 0 };
    sums.set(key, {
      ...drop,
      packets: packets + drop.packets,
      bytes: bytes === null || drop.bytes === null ? null : bytes + drop.bytes,
    });
  }
  return [...sums.values()].sort((a, b) => b.packets - a.packets);
}
