import { Errno } from "../../wire/errno.ts";
import { errnoText } from "../../system/errno.ts";
import { isAtLeast, kernelRemedy, PERFMON, UDP_BY_BPF } from "../../system/kernel_version.ts";
import type { Note } from "../../system/source_info.ts";
import type { ShimFailure } from "./error.ts";
import { described, shortage, START_AGAIN, VERIFIER_LOG, withoutSource } from "./shortage.ts";

const { EPERM, ENOENT, EACCES, EINVAL, ENODEV, ENOSYS } = Errno;

/** tcptop is in a cgroup namespace: its programs are attached to a part of the hierarchy. */
const UDP_PARTIAL: Note = {
  code: "udp_partial",
  message: "UDP is seen only of the processes in this cgroup namespace",
  remedy: "Start tcptop in the host's cgroup namespace, such as with docker run --cgroupns=host",
};

const WITHOUT_DNS: Note = {
  code: "dns_unwatched",
  message:
    "The answers of name servers are not seen, and no connection has a name from them: this kernel has no ring buffer",
  remedy: "Use Linux 5.8 or newer, or leave the names out with --no-dns-watch",
};

/** By the bits of enum tcptop_udp_limit. */
export function udpLimitNotes(limits: number): Note[] {
  return [...limits & 1 ? [UDP_PARTIAL] : [], ...limits & 2 ? [WITHOUT_DNS] : []];
}

/** Behind the note on why bytes are not counted, where sockets can be listed all the same. */
export const UDP_IS_LISTED = "UDP sockets are listed, without bytes, packets or age";

/** Where --source netlink was asked for. */
export const udpLeftOut = (euid: number | null): Note => ({
  code: "udp_unavailable",
  message: "UDP flows are not seen: they take eBPF, which --source netlink leaves out",
  remedy: withoutSource(euid),
});

/** All that UDP takes: with one of them less there would be another refusal. */
const capabilities = (release: string) =>
  isAtLeast(release, PERFMON) ? "CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN" : "CAP_SYS_ADMIN and CAP_NET_ADMIN";

/** Why there is no UDP, and what helps. `release`: the kernel's. */
export function udpMissing({ errno, stage, log }: ShimFailure, euid: number | null, release: string): Note {
  const say = (message: string, remedy: string): Note => ({ code: "udp_unavailable", message, remedy });
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
        kernelRemedy(release, UDP_BY_BPF, "CONFIG_CGROUPS"),
      );
    }
  }
  const verdict = log.includes(VERIFIER_LOG);
  if ((errno === EPERM || errno === EACCES) && !verdict) {
    return say(
      `UDP flows cannot be seen: the kernel refuses to ${described(stage, "UDP")}`,
      `${euid === 0 ? "Give" : "Run it with sudo, or give"} it ${capabilities(release)}; ` +
        "another program on the root cgroup that allows none beside it must be detached (bpftool cgroup tree shows it)",
    );
  }
  const doing = described(stage, "UDP"), short = shortage(errno);
  if (short !== null) {
    return say(`UDP flows cannot be seen: cannot ${doing} (${short.what})`, short.remedy ?? START_AGAIN);
  }
  const kernel = kernelRemedy(release, UDP_BY_BPF, "CONFIG_BPF_SYSCALL and CONFIG_CGROUP_BPF");
  const why = verdict ? "this kernel's verifier refuses them" : errnoText(errno);
  return say(
    `UDP flows cannot be seen: cannot ${doing} (${why})`,
    verdict && isAtLeast(release, PERFMON)
      ? `Give it CAP_PERFMON, without which the verifier refuses more, and CAP_NET_ADMIN. Where it has both: ${kernel}`
      : kernel,
  );
}
