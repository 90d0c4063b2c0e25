/** Columns in a form that compresses well: the bytes of one place of all values side by side, each as the difference to the one before. */

/** Writes the column into `to`, from byte `at` on, where there is room for it. */
export function toPlanes(column: Uint8Array, width: number, to: Uint8Array, at: number): void {
  for (let place = 0; place < width; place++) {
    let before = 0;
    for (let from = place; from < column.length; from += width) {
      const byte = column[from];
      to[at++] = byte - before;
      before = byte;
    }
  }
}

/** Writes the column into `to`, which has room for it. */
export function fromPlanes(planes: Uint8Array, width: number, to: Uint8Array): void {
  let at = 0;
  for (let place = 0; place < width; place++) {
    let before = 0;
    for (let next = place; next < planes.length; next += width) to[next] = before = before + planes[at++] & 255;
  }
}

export function isZero(column: Uint8Array): boolean {
  for (let i = 0; i < column.length; i++) if (column[i] !== 0) return false;
  return true;
}
