import { Errno } from "../../wire/errno.ts";
import { MORE_PROCESSES } from "../../errors.ts";
import { errnoText } from "../../system/errno.ts";

/** A failure for want of memory, descriptors or the like, or of a moment: no other kernel and no capability would mend it. */
export interface Shortage {
  readonly what: string;
  /** null: none is known. */
  readonly remedy: string | null;
}

const { EINTR, EIO, EAGAIN, ENOMEM, EBUSY, ENFILE, EMFILE, ENOSPC } = Errno;

/** null: the errno is none of these. */
export function shortage(errno: number): Shortage | null {
  switch (errno) {
    case ENOMEM:
      return { what: "out of memory", remedy: "Try a smaller --ring-size" };
    case EMFILE:
      return { what: "out of file descriptors", remedy: "Raise the limit: ulimit -n 1024" };
    case ENFILE:
      return { what: "the system is out of file descriptors", remedy: "Raise fs.file-max" };
    case EAGAIN: // pthread_create(), fork()
      return {
        what: errnoText(errno),
        remedy: `Where no thread or process may be started, raise the limit: ${MORE_PROCESSES}`,
      };
    case EINTR:
    case EIO:
    case EBUSY:
    case ENOSPC:
      return { what: errnoText(errno), remedy: null };
    default:
      return null;
  }
}

/** The remedy where the same call may succeed the next time. */
export const START_AGAIN = "Start it again; tcptop doctor tries each program by itself";

/** What has eBPF used after all; without root it would be refused. */
export const withoutSource = (euid: number | null) =>
  euid === 0 ? "Leave out --source" : "Run it with sudo, and leave out --source";

/** libbpf's log has this line before the verifier's own: an EACCES then means that the verifier refused the program, and not that a capability is
 * missing. */
export const VERIFIER_LOG = "BEGIN PROG LOAD LOG";

/** The stage as the end of a sentence. The shim names the stage of attaching a program by the program's name alone. */
export function described(stage: string, subsystem: "TCP" | "UDP"): string {
  return stage.includes(" ") ? stage : `attach the ${subsystem} program ${stage}`;
}
