/** Why and by whom a connection ended, in words, from what its socket said last. */
import { End, ResetWhy } from "../wire/layout.ts";
import { Errno, ERRNO_WORDS } from "../wire/errno.ts";
import type { FlowArrays } from "./columns.ts";

export const END_WAYS = [
  "fin",
  "reset_sent",
  "reset_received",
  "timeout",
  "keepalive",
  "killed",
  "refused",
  "unreachable",
  "given_up",
] as const;

export interface Ended {
  /** Who ended it: this end's process, the other end, or this machine's kernel. */
  readonly by: "local" | "peer" | "kernel";
  /** null: for a reason that has only an errno. */
  readonly how: typeof END_WAYS[number] | null;
  /** The socket's error by its name. */
  readonly error: string | null;
  readonly reason: string | null;
}

function ended(by: Ended["by"], how: Ended["how"], reason: string | null = null): Ended {
  return { by, how, error: null, reason };
}

const WITHOUT_ERROR: ReadonlyMap<number, Ended> = new Map([
  [End.finLocal, ended("local", "fin")],
  [End.finPeer, ended("peer", "fin")],
  [End.resetSent, ended("local", "reset_sent", "closed with SO_LINGER 0")],
  [End.resetUnread, ended("local", "reset_sent", "closed with data unread")],
  [End.disconnected, ended("local", "reset_sent", "disconnected by its process (connect() with AF_UNSPEC)")],
  [End.notAccepted, ended("local", "reset_sent", "its listener was closed before it was accepted")],
  [End.givenUp, ended("local", "given_up", "closed before it was established")],
  [End.keepalive, { ...ended("kernel", "keepalive", "keepalive probes were not answered"), error: "ETIMEDOUT" }],
]);

/** By the socket's error: tcp_reset() has the first three, tcp_write_err() ETIMEDOUT or what ICMP said (icmp_err_convert[] in net/ipv4/icmp.c,
 * icmpv6_err_convert() in net/ipv6/icmp.c), tcp_abort() ECONNABORTED. */
const BY_ERROR: Readonly<Record<string, Ended>> = {
  ECONNREFUSED: ended("peer", "refused"),
  ECONNRESET: ended("peer", "reset_received"),
  EPIPE: ended("peer", "reset_received", "after its FIN"),
  ETIMEDOUT: ended("kernel", "timeout"),
  EHOSTUNREACH: ended("kernel", "unreachable", "no way to the host"),
  ENETUNREACH: ended("kernel", "unreachable", "no way to the network"),
  EACCES: ended("kernel", "unreachable", "a firewall or a router forbids it"),
  EHOSTDOWN: ended("kernel", "unreachable", "a router does not know the host"),
  ENONET: ended("kernel", "unreachable", "a router has cut the source off"),
  ENOPROTOOPT: ended("kernel", "unreachable", "the host, or a firewall, says that it has no TCP"),
  ECONNABORTED: ended("kernel", "killed", "ended by an administrator"),
};

/** What the kernel says of its own resets, where that says more than the socket did: by ResetWhy. */
const BY_RESET: ReadonlyMap<number, Ended> = new Map([
  [ResetWhy.unread, ended("local", "reset_sent", "closed with data unread")],
  [ResetWhy.linger2, ended("local", "reset_sent", "closed with TCP_LINGER2 below 0")],
  [ResetWhy.dataAfterClose, ended("local", "reset_sent", "data came in after its process had closed it")],
  [ResetWhy.memory, ended("kernel", "reset_sent", "no memory for it, or too many connections that no process holds")],
  [ResetWhy.unsent, ended("local", "reset_sent", "disconnected with data unsent")],
]);

/** A reset that the other end sent because an administrator had ended it (tcp_abort() sends one). */
const AT_THE_OTHER_END = ended("peer", "killed", "ended by an administrator at the other end");

const KILLED = End.error | Errno.ECONNABORTED;

/** Of the column `end`: an administrator ended this very socket. */
export function isKilled(end: number): boolean {
  return end === KILLED;
}

/** Of the column `end`: the other end reset it. */
export function isReset(end: number): boolean {
  return end === (End.error | Errno.ECONNRESET) || end === (End.error | Errno.EPIPE);
}

/** tcp_abort() sends the reset before the socket changes its state, under one lock: another processor may have told of the other end by then, a few
 * microseconds before, or as long as an interrupt takes. A reset that came earlier has another cause. */
const BEFORE_NS = 1e7;

/** Of two rows that are one connection's ends. */
export function tellKilled(c: FlowArrays, a: number, b: number): void {
  for (const [killed, other] of [[a, b], [b, a]]) {
    if (!c.closed[killed] || !isKilled(c.end[killed])) continue;
    if (!c.closed[other] || c.lastNs[other] >= c.lastNs[killed] - BEFORE_NS) c.peerKilled[other] = 1;
  }
}

/** The same for all rows of which endOf() says the same. */
export function endKey(flows: FlowArrays, row: number): number {
  return (flows.closed[row] ? 1 : 0) << 17 | (flows.peerKilled[row] ? 1 : 0) << 16 | flows.resetWhy[row] << 8 |
    flows.end[row];
}

/** null: it has not ended, or the source does not say. */
export function endOf(flows: FlowArrays, row: number): Ended | null {
  const reset = flows.closed[row] ? BY_RESET.get(flows.resetWhy[row]) : undefined;
  if (reset !== undefined) return reset;
  const end = flows.end[row];
  if ((end & End.error) === 0) return WITHOUT_ERROR.get(end) ?? null;
  const errno = end & ~End.error, [error] = ERRNO_WORDS.get(errno) ?? [`errno ${errno}`];
  if (flows.peerKilled[row] && isReset(end)) return { ...AT_THE_OTHER_END, error };
  const known = Object.hasOwn(BY_ERROR, error) ? BY_ERROR[error] : null;
  return { ...known ?? ended("kernel", null), error };
}
