/** The eBPF programs of a source, loaded by a thread of the shim while the Worker that will read them begins. */
import { memoryFile } from "./memory_file.ts";
import { HANDLE_SYMBOLS } from "./symbols/handle.ts";

/** Where the shim is. */
interface Place {
  readonly shimPath: string;
  readonly shimIsInside: boolean;
}

/** Those of the source that is to be opened. */
export interface AheadOptions extends Place {
  readonly ringBytes: number;
  readonly openings: boolean;
  readonly udpTimeoutMs: number;
  readonly watchDns: boolean;
}

/** Where the eBPF programs keep what they know of a socket, and who tells of openings and ends: enum tcptop_keep of ffi/tcptop.h. The shim chooses (0)
 * unless TCPTOP_SOCKETS, which is for tests and comparisons, says otherwise. */
export function keep(): number {
  const asked = Deno.env.get("TCPTOP_SOCKETS")?.split(",") ?? [];
  return (asked.includes("storage") ? 1 : asked.includes("table") ? 2 : 0) | (asked.includes("witness") ? 4 : 0);
}

/** Begins, where it can: whoever opens the source then says what is wrong. Gives the place where the shim that has begun is: another copy of it would
 * know nothing of that. */
export function loadAhead(
  { shimPath, shimIsInside, ringBytes, openings, udpTimeoutMs, watchDns }: AheadOptions,
): Place {
  try {
    const path = shimIsInside ? memoryFile("libtcptop.so", Deno.readFileSync(shimPath)) : shimPath;
    const { tcptop__begin } = HANDLE_SYMBOLS, { symbols } = Deno.dlopen(path, { tcptop__begin });
    symbols.tcptop__begin(ringBytes, openings ? 1 : 0, keep(), udpTimeoutMs, watchDns ? 1 : 0);
    return { shimPath: path, shimIsInside: false };
  } catch {
    return { shimPath, shimIsInside };
  }
}
