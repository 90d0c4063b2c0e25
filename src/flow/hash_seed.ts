/** An odd number that nobody else knows: whoever makes a recording, or opens sockets, could choose cookies and addresses that share a place in a table
 * otherwise, and each look-up would go past all of them. */
export function hashSeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0] | 1;
}
