/** Standard output that may go away or be a file on a full disk. */
import { writeFailure } from "../file.ts";
import { type Charset, localeCharset, unchanged } from "../view/charset.ts";
import { harmlessJson, harmlessLines } from "../harmless.ts";
import { cutStdout, stdoutFileSize } from "../system/stdout.ts";
import { writeStdout } from "../system/write_stdout.ts";

export class ClosedPipe extends Error {}

const encoder = new TextEncoder();
/** Memory for pieces of the usual size, one after the other; nobody else's while one of them is written. A character takes at most three bytes. */
let spare: Uint8Array<ArrayBuffer> | null = null;
const SPARE_CHARACTERS = 1 << 17, SMALL_CHARACTERS = 1 << 13;

async function writePiece(piece: string): Promise<void> {
  if (piece.length < SMALL_CHARACTERS || piece.length > SPARE_CHARACTERS) {
    return await writeBytes(encoder.encode(piece));
  }
  const memory = spare ?? new Uint8Array(SPARE_CHARACTERS * 3);
  spare = null;
  await writeBytes(memory.subarray(0, encoder.encodeInto(piece, memory).written));
  spare = memory;
}

async function writeBytes(bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await writeStdout(bytes.subarray(at));
}

/** Text, or its bytes, which the next piece may take the place of. */
export type Piece = string | Uint8Array;

const decoder = new TextDecoder();

/** The last step before a terminal, whatever the format: escape sequences in names that somebody else chose are made visible. A terminal without
 * UTF-8 gets ASCII alone, as bytes of UTF-8 are C1 controls to it. A pipe and a file get every byte as it is. */
function* barred(pieces: Iterable<Piece>, safe: (piece: string) => string): Iterable<Piece> {
  const terminal = Deno.stdout.isTerminal();
  for (const piece of pieces) yield terminal ? safe(textOf(piece)) : piece;
}

/** What cuts no character in two. */
const textOf = (piece: Piece) => typeof piece === "string" ? piece : decoder.decode(piece);

function charsetHere(): Charset {
  return localeCharset((name) => Deno.env.get(name));
}

/** Text that people read, in the characters of their locale. `before` is our own and goes out as it is. */
export async function writeText(pieces: Iterable<Piece>, before = ""): Promise<void> {
  if (before !== "") await write([before], stdoutFileSize());
  await write(mapped(barred(pieces, harmlessLines), charsetHere()), stdoutFileSize());
}

function* mapped(pieces: Iterable<Piece>, charset: Charset): Iterable<Piece> {
  for (const piece of pieces) yield charset === unchanged ? piece : charset(textOf(piece));
}

/** JSON, which says by number what a terminal would obey. `before` as for writeOut(). */
export async function writeJson(pieces: Iterable<Piece>, before: number | null = stdoutFileSize()): Promise<void> {
  const ascii = charsetHere() !== unchanged;
  await write(barred(pieces, (piece) => harmlessJson(piece, ascii)), before);
}

/** Loads what is wanted of node:fs, which takes as long as all else that a short sample's text does: while there is nothing to write yet. */
export function prepareStdout(): void {
  stdoutFileSize();
}

/** Writes all of the pieces, which together are whole lines. Throws ClosedPipe when the reader has gone. Where a file takes only
 * a part of them, that part is taken back to `before`, its size until now, and a TcptopError is thrown. null: nothing is taken
 * back, and node:fs is not loaded, which takes longer than all else that --version does. */
export async function writeOut(pieces: Iterable<Piece>, before: number | null = stdoutFileSize()): Promise<void> {
  const charset = charsetHere();
  await write(barred(pieces, (piece) => charset(harmlessLines(piece))), before);
}

async function write(pieces: Iterable<Piece>, before: number | null): Promise<void> {
  try {
    for (const piece of pieces) await (typeof piece === "string" ? writePiece(piece) : writeBytes(piece));
  } catch (error) {
    if (error instanceof Deno.errors.BrokenPipe) throw new ClosedPipe();
    if (before !== null) cutStdout(before);
    throw writeFailure("standard output", error);
  }
}
