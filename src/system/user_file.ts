/** A small text file in a user's home directory, read also by a root who must not be led elsewhere by it. */
import * as fs from "node:fs";

/** Why the file is not read; `message` completes "FILE ...". */
export class NotRead extends Error {
  /** `foreign`: it is another user's, which the user may not be able to change. */
  constructor(message: string, readonly foreign = false) {
    super(message);
  }
}

/** The text; null: there is no such file. All that counts is looked at on the descriptor: it is `uid`'s own file, nobody else may write it, and it
 * has no second name. Wherever a link in one of the directories leads, it leads to such a file. Throws NotRead. */
export function readUserFile(path: string, uid: number, mostBytes: number): string | null {
  if (!mayBeThere(path)) return null;
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = fs.constants as Record<string, number>;
  let fd: number, isThere = false;
  try {
    isThere = !fs.lstatSync(path).isSymbolicLink();
    if (!isThere) throw new NotRead("is a symbolic link. Put the file itself there");
    fd = fs.openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch (error) {
    if (error instanceof NotRead) throw error;
    // Deno looks at nothing below /dev, /proc and /sys. /dev/null stands for no directory at all, in HOME and in XDG_CONFIG_HOME.
    if (error instanceof Deno.errors.NotCapable && path.startsWith("/dev/null/")) return null;
    if (error instanceof Deno.errors.NotCapable) {
      throw new NotRead("cannot be looked for below /dev, /proc or /sys", true);
    }
    const code = codeOf(error);
    if (code === "ENOENT" || code === "ENOTDIR") return null;
    // A home directory that may not be looked into, as another user's that the environment names, has nothing for whoever asks.
    if (code === "EACCES" && !isThere) return null;
    if (code === "EACCES") throw new NotRead("may not be read", true);
    throw new NotRead(code === "ELOOP" ? "is a symbolic link. Put the file itself there" : `cannot be read: ${code}`);
  }
  try {
    return read(fd, uid, mostBytes);
  } finally {
    fs.closeSync(fd);
  }
}

/** Without node:fs, which takes longer to load than all options to read. */
function mayBeThere(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch (error) {
    return !(error instanceof Deno.errors.NotFound);
  }
}

function read(fd: number, uid: number, mostBytes: number): string {
  const file = fs.fstatSync(fd);
  if (!file.isFile()) throw new NotRead("is not a regular file");
  if (file.uid !== uid) throw new NotRead(`belongs to user ${file.uid}, not to user ${uid}`, true);
  if (file.mode & 0o022) throw new NotRead("can be written by others than its owner. Try: chmod go-w");
  if (file.nlink !== 1) throw new NotRead("has a second name (a hard link)");
  if (file.size > mostBytes) throw new NotRead(`is larger than ${mostBytes} bytes`);
  const bytes = new Uint8Array(mostBytes);
  let length = 0;
  for (let n = 1; n > 0 && length < mostBytes; length += n) {
    n = fs.readSync(fd, bytes, length, mostBytes - length, length);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(0, length));
  } catch {
    throw new NotRead("is not text in UTF-8");
  }
}

function codeOf(error: unknown): string {
  return (error as { code?: string }).code ?? String(error);
}
