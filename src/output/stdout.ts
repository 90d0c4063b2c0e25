/** Standard output that may go away or be a file on a full disk. */
import { writeFailure } from "../file.ts";
import { type Charset, localeCharset, unchanged } from "../view/charset.ts";
import { harmlessLines } from "../view/harmless.ts";
import { cutStdout, stdoutFileSize } from "../source/stdout.ts";

export class ClosedPipe extends Error {}

const encoder = new TextEncoder();

/** The last barrier: what a terminal would obey in a name that somebody else chose, whatever the format lets through. A pipe and a
 * file get every byte as it is. */
function* barred(pieces: Iterable<string>, charset = unchanged): Iterable<string> {
  const terminal = Deno.stdout.isTerminal();
  for (const piece of pieces) yield charset(terminal ? harmlessLines(piece) : piece);
}

/** The same as writeOut() for text that people read, in the characters of their locale. `before` is our own and goes out as it is. */
export async function writeText(pieces: Iterable<string>, before = ""): Promise<void> {
  const charset: Charset = localeCharset((name) => Deno.env.get(name));
  await write([before, ...barred(pieces, charset)], stdoutFileSize());
}

/** Writes all of the pieces, which together are whole lines. Throws ClosedPipe when the reader has gone. Where a file takes only
 * a part of them, that part is taken back to `before`, its size until now, and a TcptopError is thrown. null: nothing is taken
 * back, and node:fs is not loaded, which takes longer than all else that --version does. */
export async function writeOut(pieces: Iterable<string>, before: number | null = stdoutFileSize()): Promise<void> {
  await write(barred(pieces), before);
}

async function write(pieces: Iterable<string>, before: number | null): Promise<void> {
  try {
    for (const piece of pieces) {
      const bytes = encoder.encode(piece);
      for (let at = 0; at < bytes.length;) at += await Deno.stdout.write(bytes.subarray(at));
    }
  } catch (error) {
    if (error instanceof Deno.errors.BrokenPipe) throw new ClosedPipe();
    if (before !== null) cutStdout(before);
    throw writeFailure("standard output", error);
  }
}
