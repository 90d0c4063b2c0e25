import { ExitStatus, TcptopError } from "../../errors.ts";
import { Errno } from "../../wire/errno.ts";
import { errnoText } from "../../system/errno.ts";
import { kernelRemedy, TCP_BY_BPF } from "../../system/kernel_version.ts";
import { described, shortage, VERIFIER_LOG } from "./shortage.ts";

const { EPERM, ENOENT, EACCES } = Errno;
/** What the kernel must have been built with for the TCP programs. */
const OPTIONS = "CONFIG_BPF_SYSCALL, CONFIG_BPF_EVENTS and CONFIG_DEBUG_INFO_BTF";
const KILL = "end connections";
/** Stages of a source that is open: neither kernel nor capabilities are to blame, as they were enough to open it. */
const RUNNING = ["wait for records", "drain the ring", "hold a snapshot"];

/** What the shim said of a failed call. `stage` says what it was doing, `log` is libbpf's own account. */
export interface ShimFailure {
  readonly errno: number;
  readonly stage: string;
  readonly log: string;
}

/** The one place where errno becomes a sentence and an exit status. `release`: the kernel's. `kills`: connections are to be ended, which without
 * root no source can. */
export function shimError(failure: ShimFailure, euid: number | null, release: string, kills = false): TcptopError {
  const cause = new Error(`${failure.stage}: errno ${failure.errno}\n${failure.log}`);
  const say = (message: string, status: ExitStatus) => new TcptopError(message, status, { cause });
  if (failure.stage === KILL) return cannotKill(failure.errno, say);
  const doing = described(failure.stage, "TCP"), short = shortage(failure.errno);
  const keeps = failure.stage.startsWith("give up") || failure.stage.startsWith("restrict");
  // No thread is started there: EAGAIN is of signals.
  if (short !== null && short.remedy !== null && !(keeps && failure.errno === Errno.EAGAIN)) {
    return say(`Cannot ${doing}: ${short.what}. ${short.remedy}`, ExitStatus.failed);
  }
  if (keeps) return say(`Cannot ${failure.stage}: ${whyKept(failure.errno)}`, ExitStatus.failed);
  if (short !== null) return say(`Cannot ${doing}: ${short.what}. TCPTOP_DEBUG=1 shows more`, ExitStatus.failed);
  if (failure.stage.includes("netlink") && failure.errno === ENOENT) {
    return say(
      `Cannot ${failure.stage}: it has no inet_diag. Linux 4.9 or newer with CONFIG_INET_DIAG is needed (modprobe tcp_diag)`,
      ExitStatus.unsupported,
    );
  }
  if (failure.stage.includes("netlink") || RUNNING.includes(failure.stage)) {
    return say(`Cannot ${failure.stage}: ${errnoText(failure.errno)}. TCPTOP_DEBUG=1 shows more`, ExitStatus.failed);
  }
  const refused = failure.errno === EPERM || failure.errno === EACCES;
  if (refused && euid !== 0) {
    return say(
      `needs root to load its eBPF programs. Run it with sudo${kills ? "" : ", or see less without: --source netlink"}`,
      ExitStatus.notPermitted,
    );
  }
  if (refused && failure.log.includes(VERIFIER_LOG)) {
    return say(
      `Cannot ${doing}: this kernel's verifier refuses them. ${kernelRemedy(release, TCP_BY_BPF, OPTIONS)}`,
      ExitStatus.unsupported,
    );
  }
  if (refused) {
    return say(
      `Cannot ${doing}: the kernel refuses BPF to this process although it is root. ` +
        "Give it CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN (in a container that root starts: --privileged), or turn off kernel lockdown",
      ExitStatus.notPermitted,
    );
  }
  if (failure.errno === ENOENT && failure.stage.includes("BTF")) {
    return say(
      "Cannot read /sys/kernel/btf/vmlinux: this kernel has no BTF. It is there since Linux 5.4 when built with CONFIG_DEBUG_INFO_BTF=y, and where /sys is mounted",
      ExitStatus.unsupported,
    );
  }
  return say(
    `Cannot ${doing}: ${errnoText(failure.errno)}. ${kernelRemedy(release, TCP_BY_BPF, OPTIONS)}`,
    ExitStatus.unsupported,
  );
}

/** Why a thread keeps its rights, and the remedy. Threads are numbered by /proc, and asked by a signal (ffi/privileges/threads.c). */
function whyKept(errno: number): string {
  if (errno === Errno.ESRCH) return "/proc is another PID namespace's. Mount its own: mount -t proc proc /proc";
  if (errno === Errno.EAGAIN) return "no signal may be sent to them. Raise the limit: ulimit -i 1024";
  return `${errnoText(errno)}. --keep-privileges goes on with what it was started with`;
}

function cannotKill(errno: number, say: (message: string, status: ExitStatus) => TcptopError): TcptopError {
  if (errno === Errno.EOPNOTSUPP) {
    return say(
      "This kernel cannot end connections: it was built without CONFIG_INET_DIAG_DESTROY",
      ExitStatus.unsupported,
    );
  }
  if (errno === EPERM || errno === EACCES) {
    return say("To end connections takes CAP_NET_ADMIN. Run it with sudo", ExitStatus.notPermitted);
  }
  return say(`Cannot end connections: ${errnoText(errno)}`, ExitStatus.failed);
}
