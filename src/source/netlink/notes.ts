import { Errno } from "../../wire/errno.ts";
import type { ShimFailure } from "../bpf/error.ts";
import { described, shortage, START_AGAIN, VERIFIER_LOG } from "../bpf/shortage.ts";
import { errnoText } from "../errno.ts";
import { kernelRemedy, TCP_BY_BPF } from "../kernel_version.ts";
import type { Note } from "../source.ts";

const { EPERM, ENOENT, ENOMEM, EACCES, ENFILE, EMFILE } = Errno;
/** What eBPF has too little of, netlink would not have either. */
const NO_REASON: readonly number[] = [ENOMEM, ENFILE, EMFILE];

/** Bits of enum tcptop_limit. */
export const Limit = { farewells: 1, owners: 2, sent: 4, spaces: 8, refused: 16 } as const;

/** Why TCP does not come from eBPF, and what helps. */
export interface Refusal {
  readonly why: string;
  readonly remedy: string;
}

/** null: that failure is no reason for another source, it must be told as an error. `release`: the kernel's. */
export function bpfRefusal(failure: ShimFailure, euid: number | null, release: string): Refusal | null {
  const refused = failure.errno === EPERM || failure.errno === EACCES;
  if (refused && euid !== 0 || NO_REASON.includes(failure.errno)) return null;
  const note = (why: string, remedy: string): Refusal => ({ why, remedy });
  if (failure.errno === ENOENT && failure.stage.includes("BTF")) {
    return note(
      "this kernel has no BTF (/sys/kernel/btf/vmlinux)",
      "Use a kernel built with CONFIG_DEBUG_INFO_BTF=y, as distributions have since 2021",
    );
  }
  if (refused && !failure.log.includes(VERIFIER_LOG)) {
    return note(
      "BPF is refused to this process although it is root",
      "In a container: --privileged, or CAP_BPF and CAP_PERFMON and a seccomp profile that lets bpf() through. Else turn off kernel lockdown",
    );
  }
  const short = shortage(failure.errno);
  if (short !== null) {
    return note(
      `the kernel did not ${described(failure.stage, "TCP")} (${short.what})`,
      START_AGAIN,
    );
  }
  return note(
    `the kernel did not ${described(failure.stage, "TCP")} (${errnoText(failure.errno)})`,
    kernelRemedy(release, TCP_BY_BPF, "CONFIG_BPF_SYSCALL, CONFIG_BPF_EVENTS and CONFIG_DEBUG_INFO_BTF"),
  );
}

/** That TCP comes from netlink although eBPF was wanted. */
export function fallbackNote({ why, remedy }: Refusal): Note {
  const message =
    `TCP comes from netlink, because ${why}: owners of short connections and the time they opened are not known`;
  return { code: "tcp_by_netlink", message, remedy };
}

/** That there is no TCP at all, where UDP is seen all the same. The failure is netlink's. */
export function missingNote({ why, remedy }: Refusal, { errno }: ShimFailure): Note {
  const netlink = errno === ENOENT ? "the kernel has no inet_diag" : errnoText(errno);
  const message = `TCP connections are not seen: ${why}, and netlink is refused too (${netlink})`;
  return { code: "tcp_unavailable", message, remedy: `${remedy}. Or load inet_diag: modprobe tcp_diag` };
}

/** What the netlink source cannot tell on this machine, as tcptop__open_netlink() returned it. */
export function limitNotes(limits: number, euid: number | null): Note[] {
  const notes: Note[] = [];
  if (limits & Limit.farewells) {
    notes.push({
      code: "no_farewells",
      message: "Connections that end between two samples are not seen, and the last bytes of the others are missing",
      remedy: "Let this process join NETLINK_SOCK_DIAG's multicast groups (SELinux, AppArmor)" +
        (euid === 0 ? "; as root in a container: --cap-add NET_ADMIN" : ", or run: sudo tcptop"),
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
        : "Run: sudo tcptop",
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
  if (limits & Limit.spaces) {
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
