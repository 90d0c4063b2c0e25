/** Exit statuses, as users rely on them. */
export const ExitStatus = { done: 0, failed: 1, usage: 2, notPermitted: 3, unsupported: 4 } as const;
export type ExitStatus = typeof ExitStatus[keyof typeof ExitStatus];

/** Something that the user is told in one or two plain sentences. */
export class TcptopError extends Error {
  override readonly name = "TcptopError";
  constructor(message: string, readonly status: ExitStatus, options?: ErrorOptions) {
    super(message, options);
  }
}
