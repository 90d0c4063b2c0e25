import { Errno } from "../../wire/errno.ts";
import type { ShimFailure } from "./error.ts";
import { described, shortage, START_AGAIN, VERIFIER_LOG } from "./shortage.ts";
import { errnoText } from "../../system/errno.ts";
import { kernelRemedy, TCP_BY_BPF } from "../../system/kernel_version.ts";
import type { Note } from "../../system/source_info.ts";

const { EPERM, ENOENT, ENOMEM, EACCES, ENFILE, EMFILE } = Errno;
/** Out of memory or of descriptors: netlink would fail in the same way, so it is not tried. */
const SHORTAGES: readonly number[] = [ENOMEM, ENFILE, EMFILE];

/** Why TCP does not come from eBPF, and what helps. */
export interface Refusal {
  readonly why: string;
  readonly remedy: string;
}

/** null: another source would not help, the failure is the user's to mend. `release`: the kernel's. */
export function bpfRefusal(failure: ShimFailure, euid: number | null, release: string): Refusal | null {
  const refused = failure.errno === EPERM || failure.errno === EACCES;
  if (refused && euid !== 0 || SHORTAGES.includes(failure.errno)) return null;
  const note = (why: string, remedy: string): Refusal => ({ why, remedy });
  if (failure.errno === ENOENT && failure.stage.includes("BTF")) {
    return note(
      "this kernel has no BTF (/sys/kernel/btf/vmlinux)",
      "Use a kernel built with CONFIG_DEBUG_INFO_BTF=y, as distributions have since 2021. Where /sys is not mounted: mount -t sysfs sysfs /sys",
    );
  }
  if (refused && !failure.log.includes(VERIFIER_LOG)) {
    return note(
      "BPF is refused to this process although it is root",
      "In a container, which root must start (sudo podman), as rights in a user namespace are not enough: --privileged, or CAP_BPF and CAP_PERFMON and a " +
        "seccomp profile that lets bpf() through. Else turn off kernel lockdown",
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

/** A note that TCP comes from netlink although eBPF was wanted. */
export function fallbackNote({ why, remedy }: Refusal): Note {
  const message =
    `TCP comes from netlink, because ${why}: owners of short connections and the time they opened are not known`;
  return { code: "tcp_by_netlink", message, remedy };
}

/** A note that TCP is not seen at all, though UDP is. The failure is that of netlink, which was tried last. */
export function missingNote({ why, remedy }: Refusal, { errno }: ShimFailure): Note {
  const netlink = errno === ENOENT ? "the kernel has no inet_diag" : errnoText(errno);
  const message = `TCP connections are not seen: ${why}, and netlink is refused too (${netlink})`;
  return { code: "tcp_unavailable", message, remedy: `${remedy}. Or load inet_diag: modprobe tcp_diag` };
}
