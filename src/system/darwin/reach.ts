import type { Pcb } from "./pcblist.ts";

/** Whose sockets a list has. */
export type Reach = "all" | "own" | "none";

/**
 * From macOS 27 on the kernel's lists give a caller who is not root only its own sockets (netstat and nettop are entitled to all), and
 * no error. On every Mac mDNSResponder, a user of its own, has sockets: a list without another's is not whole, nor is an empty one.
 * `ourUid` null: not known.
 */
export function reachOf(pcbs: readonly Pcb[], ourUid: number | null): Reach {
  if (pcbs.length === 0) return "none";
  if (ourUid === null || ourUid === 0) return "all";
  return pcbs.every(({ uid }) => uid === ourUid) ? "own" : "all";
}
