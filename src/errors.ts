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

/** What the user reads of an error: our own sentences as they are, anything else as the fault of ours that it is. */
export function errorText(error: unknown): string {
  if (error instanceof TcptopError) return error.message;
  const text = error instanceof Error ? error.message : String(error);
  return `Stopped by an error of its own: ${text}. TCPTOP_DEBUG=1 shows more`;
}
