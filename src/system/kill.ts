/** Ends sockets through the shim. */
import { Errno, ERRNO_WORDS } from "../wire/errno.ts";
import type { Library } from "./shim.ts";

/** One socket for good: by its cookie, which no other socket ever has, and the addresses where the kernel looks for it. */
export interface KillTarget {
  readonly cookieLow: number;
  readonly cookieHigh: number;
  readonly netns: number;
  readonly scope: number;
  readonly family: number;
  readonly protocol: 6 | 17;
  readonly localPort: number;
  readonly remotePort: number;
  /** 16 bytes; IPv4 in the first 4. */
  readonly local: Uint8Array;
  readonly remote: Uint8Array;
}

/** `gone`: it had ended already, or what has its addresses now is another. `unreachable`: its network namespace cannot be entered any more. */
export type KillWay = "killed" | "gone" | "unreachable" | "refused";

/** How it went, and the kernel's errno by its name, where it refused it. */
export interface KillResult {
  readonly how: KillWay;
  readonly error: string | null;
}

/** Of struct tcptop_kill in ffi/tcptop.h. */
const BYTES = 56;
/** Where sources mark a cookie with something of their own, it is above these bits: the kernel counts cookies from 1. */
const COOKIE_HIGH = 0xffff;

export function killSocket({ symbols }: Library, handle: Deno.PointerValue, target: KillTarget): KillResult {
  const bytes = new Uint8Array(BYTES), view = new DataView(bytes.buffer);
  view.setUint32(0, target.cookieLow, true);
  view.setUint32(4, target.cookieHigh & COOKIE_HIGH, true);
  view.setUint32(8, target.netns, true);
  view.setUint32(12, target.scope, true);
  view.setUint16(16, target.localPort, true);
  view.setUint16(18, target.remotePort, true);
  view.setUint8(20, target.family);
  view.setUint8(21, target.protocol);
  bytes.set(target.local, 24);
  bytes.set(target.remote, 40);
  return resultOf(symbols.tcptop__kill(handle, bytes));
}

function resultOf(result: number): KillResult {
  if (result >= 0) return { how: "killed", error: null };
  if (result === -Errno.ENOENT || result === -Errno.ESTALE) return { how: "gone", error: null };
  if (result === -Errno.ENXIO) return { how: "unreachable", error: null };
  return { how: "refused", error: ERRNO_WORDS.get(-result)?.[0] ?? `errno ${-result}` };
}
