/** Exit statuses, as users rely on them. */
export const ExitStatus = {
  done: 0,
  failed: 1,
  usage: 2,
  notPermitted: 3,
  unsupported: 4,
  notAllowed: 10,
  held: 11,
} as const;
export type ExitStatus = typeof ExitStatus[keyof typeof ExitStatus];

/** Something that the user is told in one or two plain sentences. */
export class TcptopError extends Error {
  override readonly name = "TcptopError";
  constructor(message: string, readonly status: ExitStatus, options?: ErrorOptions) {
    super(message, options);
  }
}

/** How the limits on processes, threads among them, are raised: which of them is reached nobody says. The launcher has the same words. */
export const MORE_PROCESSES = "ulimit -u 1024; in a container --pids-limit 64, in a service TasksMax=64";

/** How Deno's messages name EMFILE, on Linux and macOS. */
const OUT_OF_DESCRIPTORS = "(os error 24)";

/** What the user reads where Deno could not open a module, a file or a Worker for want of descriptors; null: that is not what Deno says. */
export function shortageText(text: string): string | null {
  return text.includes(OUT_OF_DESCRIPTORS)
    ? "Cannot go on: out of file descriptors. Raise the limit: ulimit -n 1024"
    : null;
}

/** What the user reads of an error: our own sentences as they are, anything else as the fault of ours that it is. */
export function errorText(error: unknown): string {
  if (error instanceof TcptopError) return error.message;
  const text = error instanceof Error ? error.message : String(error);
  return shortageText(text) ?? `Stopped by an error of its own: ${text}. TCPTOP_DEBUG=1 shows more`;
}
