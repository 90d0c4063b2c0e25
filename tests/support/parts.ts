/** A stream that comes in parts. */

/** Hands out the bytes in parts of these sizes, again and again, then the end. */
export function parts(bytes: Uint8Array, sizes: readonly number[]): (buffer: Uint8Array) => Promise<number | null> {
  let at = 0, turn = 0;
  return (buffer) => {
    const part = bytes.subarray(at, at + Math.min(buffer.length, sizes[turn++ % sizes.length]));
    buffer.set(part);
    at += part.length;
    return Promise.resolve(part.length === 0 ? null : part.length);
  };
}
