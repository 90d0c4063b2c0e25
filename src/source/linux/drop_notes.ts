import { Errno } from "../../wire/errno.ts";
import { errnoText } from "../../system/errno.ts";
import { DROP_REASONS, kernelRemedy } from "../../system/kernel_version.ts";
import type { Note } from "../../system/source_info.ts";
import type { SourceOptions } from "../source.ts";
import { shortage, START_AGAIN, withoutSource } from "./shortage.ts";

const UNKNOWN = "Why this machine drops packets is not known";
const DOCTOR = "tcptop doctor says what is missing";

/** Why it is not told why packets are dropped, and what helps. `errno`: 0: no eBPF program is loaded at all. `source`: what was asked for. */
export function dropsUnknown(
  errno: number,
  source: SourceOptions["source"],
  euid: number | null,
  release: string,
): Note {
  const note = (why: string, remedy: string): Note => ({
    code: "drop_reasons_unknown",
    message: `${UNKNOWN}: ${why}`,
    remedy,
  });
  if (source === "netlink") return note("it takes eBPF, which --source netlink leaves out", withoutSource(euid));
  if (errno === 0) return note("it takes eBPF, which is not to be had here", DOCTOR);
  const short = shortage(errno);
  if (short !== null) return note(`cannot load the program that tells it (${short.what})`, short.remedy ?? START_AGAIN);
  if (errno === Errno.ENOENT) {
    return note(
      `this kernel does not say it, as those from Linux ${DROP_REASONS} on do`,
      kernelRemedy(release, DROP_REASONS, "CONFIG_DEBUG_INFO_BTF"),
    );
  }
  if (errno === Errno.EPERM || errno === Errno.EACCES) {
    const remedy = euid === 0 ? DOCTOR : "Run it with sudo, or give it CAP_BPF and CAP_PERFMON";
    return note("the kernel refuses the program that tells it", remedy);
  }
  return note(`cannot load the program that tells it (${errnoText(errno)})`, DOCTOR);
}
