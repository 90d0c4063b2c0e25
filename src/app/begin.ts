/** What of a run begins before most of the program is there: the eBPF programs, which take the longest part of a start to load. */
import type { Options } from "../options.ts";
import { hasShim, type ShimPlace } from "./files.ts";
import { shimIsInside, shimPath } from "./paths.ts";

/** null: nothing has begun. */
let begun: ShimPlace | null = null;

/** Whether this machine's kernel is read, by the shim. */
export function readsKernel({ replay, hosts }: Options): boolean {
  return hasShim() && replay === null && hosts.length === 0;
}

/** Whether the source tells of openings. */
export function wantsOpenings({ events, record }: Options): boolean {
  return events || record !== null;
}

/** Whether processes are made of this one: they shall have no descriptor of a program, and no thread to wait for. begin() comes after that. */
export function forks({ command, whenRun }: Options): boolean {
  return command !== null || whenRun !== null;
}

/** At most once. */
export async function begin(options: Options): Promise<void> {
  if (begun !== null || !readsKernel(options) || options.source === "netlink") return;
  const { loadAhead } = await import("../system/ahead.ts"), { ringBytes, udpTimeoutMs, watchDns } = options;
  const place = { shimPath: shimPath(), shimIsInside: shimIsInside() }, openings = wantsOpenings(options);
  begun = loadAhead({ ...place, ringBytes, openings, udpTimeoutMs, watchDns });
}

/** Where the shim is: that which has begun, for another copy of it would know nothing of that. */
export function shimPlace(): ShimPlace {
  return begun ?? { shimPath: shimPath(), shimIsInside: shimIsInside() };
}
