const decoder = new TextDecoder();

/** Pieces that each take the place of the one before, as one text. */
export function textOf(pieces: Iterable<Uint8Array | string>): string {
  let text = "";
  for (const piece of pieces) text += typeof piece === "string" ? piece : decoder.decode(piece);
  return text;
}
