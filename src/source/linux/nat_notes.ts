import { errnoText } from "../../system/errno.ts";
import type { Note } from "../../system/source_info.ts";
import { Errno } from "../../wire/errno.ts";
import type { ShimFailure } from "./error.ts";

/** Why the ends of connections through NAT are not joined. */
export function untranslated({ errno }: ShimFailure, euid: number | null): Note {
  const refused = errno === Errno.EPERM || errno === Errno.EACCES;
  const why = refused
    ? "the kernel's table of connections may not be read"
    : `the kernel's table of connections cannot be read (${errnoText(errno)})`;
  return {
    code: "nat_unknown",
    message: `Connections whose addresses are translated (NAT) are not joined with their other end: ${why}`,
    remedy: !refused ? null : euid === 0 ? "Give it CAP_NET_ADMIN" : "Run it with sudo, or give it CAP_NET_ADMIN",
  };
}
