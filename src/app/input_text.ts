import { ExitStatus, TcptopError } from "../errors.ts";
import { readFailure, textAtMost } from "../file.ts";

/** More is no list that somebody has written, or had written. */
const MOST_BYTES = 64 << 20;

/** The text of a file that an option names. Throws a TcptopError. */
export function textOf(path: string): string {
  let text: string | null;
  try {
    text = textAtMost(path, MOST_BYTES);
  } catch (error) {
    throw readFailure(path, error);
  }
  if (text === null) throw new TcptopError(`Cannot read ${path}: it is longer than 64 MiB`, ExitStatus.failed);
  return text;
}
