import { ExitStatus, TcptopError } from "../errors.ts";

/** The text of a file that an option names. Throws a TcptopError. */
export function textOf(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    const reason = error instanceof Deno.errors.NotFound
      ? "there is no such file"
      : error instanceof Deno.errors.PermissionDenied
      ? "permission denied"
      : error instanceof Error
      ? error.message
      : String(error);
    throw new TcptopError(`Cannot read ${path}: ${reason}`, ExitStatus.failed, { cause: error });
  }
}
