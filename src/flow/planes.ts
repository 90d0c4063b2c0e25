/** Columns in a form that compresses well: the bytes of one place of all values side by side, each as the difference to the one before. */
import { addBytes, subtractBytes } from "../source/recording/four_bytes.ts";

/** Writes the column into `to`, from byte `at` on, where there is room for it. */
export function toPlanes(column: Uint8Array, width: number, to: Uint8Array, at: number): void {
  const words = width % 4 === 0 ? wordsOf(column) : null;
  if (words !== null) return wordsToPlanes(words, width >> 2, to, at);
  for (let place = 0; place < width; place++) {
    let before = 0;
    for (let from = place; from < column.length; from += width) {
      const byte = column[from];
      to[at++] = byte - before;
      before = byte;
    }
  }
}

/** Most values are that of the row before. */
function wordsToPlanes(words: Uint32Array, width: number, to: Uint8Array, at: number): void {
  const rows = words.length / width;
  to.fill(0, at, at + words.length * 4);
  for (let place = 0; place < width; place++, at += rows * 4) {
    let before = 0;
    for (let row = 0, from = place; row < rows; row++, from += width) {
      const word = words[from];
      if (word === before) continue;
      const step = subtractBytes(word, before), first = at + row;
      to[first] = step;
      to[first + rows] = step >>> 8;
      to[first + 2 * rows] = step >>> 16;
      to[first + 3 * rows] = step >>> 24;
      before = word;
    }
  }
}

/** Writes the column into `to`, which has room for it. */
export function fromPlanes(planes: Uint8Array, width: number, to: Uint8Array): void {
  const words = width % 4 === 0 && planes.length % width === 0 ? wordsOf(to) : null;
  if (words !== null) return wordsFromPlanes(planes, width >> 2, words);
  let at = 0;
  for (let place = 0; place < width; place++) {
    let before = 0;
    for (let next = place; next < planes.length; next += width) to[next] = before = before + planes[at++] & 255;
  }
}

function wordsFromPlanes(planes: Uint8Array, width: number, words: Uint32Array): void {
  const rows = planes.length / (width * 4);
  for (let place = 0, at = 0; place < width; place++, at += rows * 4) {
    let before = 0;
    for (let row = 0, next = place; row < rows; row++, next += width) {
      const first = at + row;
      before = addBytes(
        before,
        planes[first] | planes[first + rows] << 8 | planes[first + 2 * rows] << 16 | planes[first + 3 * rows] << 24,
      );
      words[next] = before;
    }
  }
}

export function isZero(column: Uint8Array): boolean {
  const words = wordsOf(column), whole = words === null ? 0 : words.length * 4;
  if (words !== null) { for (let i = 0; i < words.length; i++) if (words[i] !== 0) return false; }
  for (let i = whole; i < column.length; i++) if (column[i] !== 0) return false;
  return true;
}

/** The whole ones; null: they do not begin where one can. */
function wordsOf({ buffer, byteOffset, byteLength }: Uint8Array): Uint32Array | null {
  return byteOffset % 4 === 0 ? new Uint32Array(buffer, byteOffset, byteLength >> 2) : null;
}
