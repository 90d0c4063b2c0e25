import type { Note } from "../../system/source_info.ts";

/** Bits of enum tcptop_limit. */
export const Limit = { destroyGroups: 1, owners: 2, sent: 4, namespaces: 8, refused: 16, entering: 32 } as const;

/** What the netlink source cannot tell on this machine, as tcptop__open_netlink() returned it. */
export function limitNotes(limits: number, euid: number | null): Note[] {
  const notes: Note[] = [];
  if (limits & Limit.destroyGroups) {
    notes.push({
      code: "no_farewells",
      message: "Connections that end between two samples are not seen, and the last bytes of the others are missing",
      remedy: "Let this process join NETLINK_SOCK_DIAG's multicast groups (SELinux, AppArmor)" +
        (euid === 0 ? "; as root in a container: --cap-add NET_ADMIN" : ", or run it with sudo"),
    });
  }
  if (limits & Limit.owners) {
    notes.push({
      code: "own_processes_only",
      message:
        "PROCESS, PID and USER are known for your own processes only, and other network namespaces are not seen: " +
        "the others take CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH",
      remedy: euid === 0
        ? "Root here has not all that it takes: in a container add --pid=host " +
          "--cap-add SYS_PTRACE --cap-add DAC_READ_SEARCH --cap-add SYS_ADMIN"
        : "Run it with sudo",
    });
  }
  if (limits & Limit.refused) {
    notes.push({
      code: "processes_refused",
      message: "Some processes may not be looked at in spite of CAP_SYS_PTRACE: no owner is known of their sockets",
      remedy: "Start it in their user namespace (in a container: --userns=host), or have the security module " +
        "(SELinux, AppArmor) allow it",
    });
  }
  if (limits & Limit.entering) {
    notes.push({
      code: "namespaces_closed",
      message: "Other network namespaces are not seen: to enter them takes CAP_SYS_ADMIN",
      remedy: euid === 0 ? "In a container add --pid=host --cap-add SYS_ADMIN" : "Run it with sudo",
    });
  }
  if (limits & Limit.namespaces) {
    notes.push({
      code: "namespaces_unseen",
      message: "Some network namespaces could not be opened: their sockets are not seen",
      remedy: "Raise the limit of file descriptors, two for each: ulimit -n 4096",
    });
  }
  if (limits & Limit.sent) {
    notes.push({
      code: "tx_acknowledged",
      message: "TX counts bytes that the peer has acknowledged: this kernel does not count those sent",
      remedy: "Use Linux 4.19 or newer",
    });
  }
  return notes;
}
