import type { Note } from "../../system/source_info.ts";

const FIRST_UNSEEN: Note = {
  code: "first_process_hidden",
  message:
    "Connections that end while the machine's first process runs are not seen: this kernel hides it from tracing programs, " +
    "and the programs that make up for it were refused",
  remedy:
    "Start tcptop in the host's cgroup namespace, such as with docker run --cgroupns=host, and with CAP_NET_ADMIN",
};

/** By the bits of enum tcptop_tcp_limit. */
export function tcpLimitNotes(limits: number): Note[] {
  return limits & 1 ? [FIRST_UNSEEN] : [];
}
