import { Errno } from "../../wire/errno.ts";
import { errnoText } from "../../system/errno.ts";

/** What the machine had too little of, or did not do this time: no other kernel and no capability would mend it. */
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
    case EINTR:
    case EIO:
    case EAGAIN:
    case EBUSY:
    case ENOSPC:
      return { what: errnoText(errno), remedy: null };
    default:
      return null;
  }
}

/** Where it may be another time. */
export const START_AGAIN = "Start it again; tcptop doctor tries each program by itself";

/** libbpf says so before what the verifier found: EACCES is its verdict then, and no question of permission. */
export const VERIFIER_LOG = "BEGIN PROG LOAD LOG";

/** A stage that is a program's name stands for attaching it. */
export function described(stage: string, subsystem: "TCP" | "UDP"): string {
  return stage.includes(" ") ? stage : `attach the ${subsystem} program ${stage}`;
}
