/** Standard output that may go away. */
export class ClosedPipe extends Error {}

const encoder = new TextEncoder();

/** Writes all of the pieces. Throws ClosedPipe when the reader has gone. */
export async function writeOut(pieces: Iterable<string>): Promise<void> {
  try {
    for (const piece of pieces) {
      const bytes = encoder.encode(piece);
      for (let at = 0; at < bytes.length;) at += await Deno.stdout.write(bytes.subarray(at));
    }
  } catch (error) {
    if (error instanceof Deno.errors.BrokenPipe) throw new ClosedPipe();
    throw error;
  }
}
