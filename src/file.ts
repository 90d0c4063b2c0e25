/** What is said of a file that cannot be written to, or read. */
import { ExitStatus, TcptopError } from "./errors.ts";

const REASONS: ReadonlyMap<string, string> = new Map([
  ["ENOSPC", "the disk is full"],
  ["EDQUOT", "the disk quota is used up"],
  ["EFBIG", "the file has reached its size limit"],
  ["ENOENT", "there is no such directory"],
  ["ENOTDIR", "there is no such directory"],
  ["EACCES", "permission denied"],
  ["EPERM", "permission denied"],
  ["EROFS", "the file system is read-only"],
  ["ELOOP", "it is a symbolic link. Name the file itself"],
  ["EISDIR", "it is a directory"],
  ["ENXIO", "it is not a regular file"],
  ["EIO", "the disk reports an error"],
  ["EEXIST", "it exists already. Name a new file"],
  ["EMLINK", "it has a second name (a hard link)"],
  ["ESTALE", "it was deleted"],
  ["EBADF", "it is closed"],
]);

/** `whose`: the user that what was refused belongs to, if it is another one's. */
export function fileFailure(code: string, whose: number | null): string {
  if (code === "EPERM" && whose !== null) return `it belongs to user ${whose}. Name a file of your own`;
  if (code === "ELOOP" && whose !== null) return `a directory on the way is a symbolic link that user ${whose} made`;
  return REASONS.get(code) ?? code;
}

/** Of a write that Deno makes, in words for the user. Deno lets nobody write to devices but /dev/null, nor to /proc. */
export function writeFailure(path: string, error: unknown): TcptopError {
  const code = error instanceof Deno.errors.NotCapable ? "ENXIO" : (error as { code?: string }).code ?? "";
  const reason = REASONS.get(code) ?? (error instanceof Error ? error.message : String(error));
  return new TcptopError(`Cannot write to ${path}: ${reason}`, ExitStatus.failed, { cause: error });
}

/** Of a file that cannot be read, in words for the user. */
export function readFailure(path: string, error: unknown): TcptopError {
  const reason = error instanceof Deno.errors.NotFound
    ? "there is no such file"
    : error instanceof Deno.errors.PermissionDenied
    ? "permission denied"
    : error instanceof Deno.errors.NotCapable // devices, sockets and what is below /proc, which Deno reads for nobody
    ? "it is not a regular file"
    : REASONS.get((error as { code?: string }).code ?? "") ?? (error instanceof Error ? error.message : String(error));
  return new TcptopError(`Cannot read ${path}: ${reason}`, ExitStatus.failed, { cause: error });
}

/** The text of a file that has no more bytes than that; null: it has more, as a device that never ends. Throws what Deno does. */
export function textAtMost(path: string, bytes: number): string | null {
  using file = Deno.openSync(path);
  const buffer = new Uint8Array(64 << 10), decoder = new TextDecoder();
  let text = "";
  for (let read = file.readSync(buffer), left = bytes; read !== null; read = file.readSync(buffer)) {
    if ((left -= read) < 0) return null;
    text += decoder.decode(buffer.subarray(0, read), { stream: true });
  }
  return text + decoder.decode();
}
