import type { Note } from "../source.ts";
import type { ShimFailure } from "./error.ts";
import { described, shortage } from "./shortage.ts";

const EPERM = 1, ENOENT = 2, EACCES = 13, EINVAL = 22, ENODEV = 19, ENOSYS = 38;

/** The programs sit in a cgroup namespace. */
export const UDP_PARTIAL: Note = {
  code: "udp_partial",
  message: "UDP is seen only of the processes in this cgroup namespace",
  remedy: "Start tcptop in the host's cgroup namespace, such as with docker run --cgroupns=host",
};

/** What there is instead. */
export const UDP_IS_LISTED = "UDP sockets are listed, without bytes, packets or age";

export const UDP_LEFT_OUT: Note = {
  code: "udp_unavailable",
  message: "UDP flows are not seen: they take eBPF, which --source netlink leaves out",
  remedy: "Leave out --source",
};

/** Why there is no UDP, and what helps. */
export function udpMissing({ errno, stage }: ShimFailure): Note {
  const say = (message: string, remedy: string | null): Note => ({ code: "udp_unavailable", message, remedy });
  if (stage.startsWith("find the cgroup")) {
    if (errno === EPERM || errno === EACCES) {
      return say(
        "UDP flows cannot be seen: cgroup v2 is not mounted, and mounting it is not permitted",
        "Mount it where tcptop runs (mount -t cgroup2 none /sys/fs/cgroup/unified), or give tcptop CAP_SYS_ADMIN",
      );
    }
    if (errno === ENOENT || errno === ENODEV || errno === ENOSYS || errno === EINVAL) {
      return say(
        "UDP flows cannot be seen: this kernel has no cgroup v2",
        "Use a kernel with CONFIG_CGROUPS, Linux 5.7 or newer",
      );
    }
  }
  if (errno === EPERM || errno === EACCES) {
    return say(
      `UDP flows cannot be seen: the kernel refuses to ${described(stage, "UDP")}`,
      "Run it with sudo, or give it CAP_BPF and CAP_NET_ADMIN; another program on the root cgroup that allows none beside it must be detached " +
        "(bpftool cgroup tree shows it)",
    );
  }
  const doing = described(stage, "UDP"), short = shortage(errno);
  if (short !== null) return say(`UDP flows cannot be seen: cannot ${doing} (${short.what})`, short.remedy);
  return say(
    `UDP flows cannot be seen: cannot ${doing} (error ${errno})`,
    "Linux 5.10 or newer with CONFIG_CGROUP_BPF is needed. TCPTOP_DEBUG=1 shows more",
  );
}
