/** SHA-1 (RFC 3174) of up to 55 bytes, which are one block: a fraction of the cost of a hash that takes any length. */
const MOST_BYTES = 55;
const block = new Uint8Array(64), view = new DataView(block.buffer);
const words = new Int32Array(80);

/** Five words of 32 bits, written to `to`. */
export function sha1(bytes: Uint8Array, to: Int32Array): void {
  if (bytes.length > MOST_BYTES) throw new RangeError(`sha1() takes up to ${MOST_BYTES} bytes`);
  block.fill(0);
  block.set(bytes);
  block[bytes.length] = 0x80;
  view.setUint32(60, bytes.length * 8);
  for (let i = 0; i < 16; i++) words[i] = view.getInt32(4 * i);
  for (let i = 16; i < 80; i++) words[i] = turned(words[i - 3] ^ words[i - 8] ^ words[i - 14] ^ words[i - 16], 1);
  let a = 0x67452301, b = 0xefcdab89 | 0, c = 0x98badcfe | 0, d = 0x10325476, e = 0xc3d2e1f0 | 0;
  for (let i = 0; i < 80; i++) {
    let mixed: number;
    if (i < 20) mixed = (b & c | ~b & d) + 0x5a827999 | 0;
    else if (i < 40) mixed = (b ^ c ^ d) + 0x6ed9eba1 | 0;
    else if (i < 60) mixed = (b & c | b & d | c & d) + 0x8f1bbcdc | 0;
    else mixed = (b ^ c ^ d) + 0xca62c1d6 | 0;
    const next = (turned(a, 5) + mixed | 0) + (e + words[i] | 0) | 0;
    e = d;
    d = c;
    c = turned(b, 30);
    b = a;
    a = next;
  }
  to[0] = a + 0x67452301;
  to[1] = b + 0xefcdab89;
  to[2] = c + 0x98badcfe;
  to[3] = d + 0x10325476;
  to[4] = e + 0xc3d2e1f0;
}

function turned(word: number, bits: number): number {
  return word << bits | word >>> 32 - bits;
}
