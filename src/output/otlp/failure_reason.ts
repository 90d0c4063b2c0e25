import type { Ended } from "../../flow/end.ts";

/** Why a connection failed, in the words of obi.stat.tcp.failed.connections. */
export function failureReason(end: Ended | null): string {
  if (end === null) return "unknown";
  if (end.how === "refused") return "refused";
  if (end.how === "reset_received") return "reset";
  if (end.how === "timeout") return "timed-out";
  if (end.error === "EHOSTUNREACH") return "host-unreachable";
  if (end.error === "ENETUNREACH") return "net-unreachable";
  return "other";
}
