/** Facts about addresses as the flow columns hold them: 16 bytes, network order. */

/** Whether the 16 bytes at `at` are ::ffff:a.b.c.d. */
export function isV4Mapped(bytes: Uint8Array, at: number): boolean {
  for (let i = 0; i < 10; i++) if (bytes[at + i] !== 0) return false;
  return bytes[at + 10] === 0xff && bytes[at + 11] === 0xff;
}

/** Turns ::ffff:a.b.c.d at `at` into a.b.c.d. */
export function unmapV4(bytes: Uint8Array, at: number): void {
  bytes.copyWithin(at, at + 12, at + 16);
  bytes.fill(0, at + 4, at + 16);
}

/** Whether the 16 bytes at `at` are 0.0.0.0 or ::. */
export function isUnspecified(bytes: Uint8Array, at: number): boolean {
  return isZero(bytes, at, 16);
}

/** Whether an IPv6 address is another one on another link: fe80::/10, and groups of less than global scope, ff01:: to ff0d::
 * (RFC 4291, 2.7). */
export function isScoped(bytes: Uint8Array, at: number): boolean {
  if (bytes[at] === 0xff) return (bytes[at + 1] & 15) < 14;
  return bytes[at] === 0xfe && (bytes[at + 1] & 0xc0) === 0x80;
}

/** Whether traffic between the two stays on this machine by its addresses alone: 127/8, ::1, or one address talking to
 * itself, which the kernel routes over the loopback device whatever the address. */
export function isLoopback(family: number, local: Uint8Array, remote: Uint8Array, at: number): boolean {
  if (family === 4) {
    if (remote[at] === 127 || local[at] === 127) return true;
    if (isZero(remote, at, 4)) return false;
    return sameBytes(local, remote, at, 4);
  }
  if (isZero(remote, at, 16)) return isOne(local, at);
  return isOne(remote, at) || sameBytes(local, remote, at, 16);
}

function sameBytes(a: Uint8Array, b: Uint8Array, at: number, length: number): boolean {
  for (let i = at; i < at + length; i++) if (a[i] !== b[i]) return false;
  return true;
}

function isZero(a: Uint8Array, at: number, length: number): boolean {
  for (let i = at; i < at + length; i++) if (a[i] !== 0) return false;
  return true;
}

function isOne(a: Uint8Array, at: number): boolean {
  return isZero(a, at, 15) && a[at + 15] === 1;
}
