import { ByteText } from "../../src/output/byte_text.ts";

const decoder = new TextDecoder();

/** Pieces that each take the place of the one before, as one text. */
export function textOf(pieces: Iterable<Uint8Array | string>): string {
  let text = "";
  for (const piece of pieces) text += typeof piece === "string" ? piece : decoder.decode(piece);
  return text;
}

/** What `write` writes, as text. */
export function written(write: (to: ByteText) => void): string {
  const to = new ByteText();
  write(to);
  return decoder.decode(to.bytes);
}
