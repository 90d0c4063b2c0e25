/** Four bytes of a word at once, each modulo 256: no carry goes from one to the next. Of the result the low 32 bits count. */
const TOP = 0x80808080 | 0, REST = 0x7f7f7f7f;

export function addBytes(a: number, b: number): number {
  return ((a & REST) + (b & REST) | 0) ^ (a ^ b) & TOP;
}

export function subtractBytes(a: number, b: number): number {
  return ((a | TOP) - (b & REST) | 0) ^ (a ^ ~b) & TOP;
}
