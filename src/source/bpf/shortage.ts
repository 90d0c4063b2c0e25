/** What the machine had too little of, or did not do this time: no other kernel and no capability would mend it. */
export interface Shortage {
  readonly what: string;
  /** null: none is known. */
  readonly remedy: string | null;
}

const EINTR = 4, EIO = 5, EAGAIN = 11, ENOMEM = 12, EBUSY = 16, ENFILE = 23, EMFILE = 24, ENOSPC = 28;

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
      return { what: `error ${errno}`, remedy: null };
    default:
      return null;
  }
}

/** A stage that is a program's name stands for attaching it. */
export function described(stage: string, subsystem: "TCP" | "UDP"): string {
  return stage.includes(" ") ? stage : `attach the ${subsystem} program ${stage}`;
}
