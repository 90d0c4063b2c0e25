/** Text put together as bytes of UTF-8, in memory that is used again. As strings, lines leave many times their length behind for the collector. */

const encoder = new TextEncoder();
const FIRST_BYTES = 1 << 16;
/** A character takes at most three bytes, a number as text at most 25. */
const CHARACTER_BYTES = 3, NUMBER_BYTES = 25;
/** From here on the call to copy them takes less than a loop. */
const MANY_BYTES = 48, MANY_NUMBERS_BYTES = 48;
const WHOLE_MOST = 2 ** 31;
const SMALL = 256;
const PLACE_BITS = 8, PLACES = 1 << PLACE_BITS;
/** Base 36: the last digits of a number above 2^31 are told apart from those before. */
const LOW_DIGITS = 5, FIVE_DIGITS = 36 ** LOW_DIGITS;
/** The first numbers with one digit more than the index. */
const DECIMAL_BOUNDS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((digits) => 10 ** digits);
const BASE36_BOUNDS = [0, 1, 2, 3, 4, 5].map((digits) => 36 ** digits);
const LOW_DECIMALS = 1e9, SHORT_MOST = 1e14;
const POINT = 46;

export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(text);
}

/** Every two digits, one pair after the other: half as many steps as one by one. */
const DECIMAL_PAIRS = pairs(10), BASE36_PAIRS = pairs(36);

function pairs(base: number): Uint8Array {
  const every = Array.from({ length: base * base }, (_, pair) => pair.toString(base).padStart(2, "0"));
  return encoder.encode(every.join(""));
}

/** Text that is written often: eight bytes at a time, as a number. No eight bytes of UTF-8 are a NaN, whose bits need not be kept: the last two would be
 * 0xf0 or more and 0x7f, and a byte from 0xf0 on begins a character of several. Numbers are as the processor has them, little-endian. */
export interface Constant {
  readonly length: number;
  readonly bytes: Uint8Array;
  /** What does not fill the last one is zero. */
  readonly numbers: Float64Array;
}

export function constant(text: string): Constant {
  const numbers = new Float64Array(text.length + 7 >> 3), bytes = new Uint8Array(numbers.buffer, 0, text.length);
  // As a rule it is ASCII, and fits.
  const { read, written } = encoder.encodeInto(text, bytes);
  return read === text.length && written === text.length
    ? { length: written, bytes, numbers }
    : constantOf(encoder.encode(text));
}

/** A copy of these bytes, which are UTF-8. */
export function constantOf(from: Uint8Array): Constant {
  const { length } = from, numbers = new Float64Array(length + 7 >> 3);
  const bytes = new Uint8Array(numbers.buffer, 0, length);
  bytes.set(from);
  return { length, bytes, numbers };
}

/** Each byte as decimal digits, and behind them how many these are. */
const OCTETS = new Uint8Array(256 * 4);
for (let octet = 0; octet < 256; octet++) {
  const digits = encoder.encode(`${octet}`);
  OCTETS.set(digits, octet * 4);
  OCTETS[octet * 4 + 3] = digits.length;
}

/** Of each character of ASCII: whether it stands in plain(), and whether it does in front. */
const ANYWHERE = 1, INSIDE = 2;
const PLAIN = new Uint8Array(128);
for (const character of "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:[]%*") {
  PLAIN[character.charCodeAt(0)] = ANYWHERE;
}
for (const character of " -@=+()#;") PLAIN[character.charCodeAt(0)] = INSIDE;

/** Whether ByteText.plain() takes it. */
export function isPlain(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= PLAIN.length || PLAIN[code] === 0 || i === 0 && PLAIN[code] === INSIDE) return false;
  }
  return true;
}

const NULL = constant("null"), TRUE = constant("true"), FALSE = constant("false");

export class ByteText {
  #bytes = new Uint8Array(1);
  #view = new DataView(this.#bytes.buffer);
  #capacity = 1;
  #length = 0;

  /** Memory that grows at once: what V8 compiles while it has never grown counts on that, and is thrown away when it does. */
  constructor() {
    this.#grow(FIRST_BYTES);
  }

  get length(): number {
    return this.#length;
  }

  /** What was written since the last clear(). Good until something else is written. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }

  clear(): void {
    this.#length = 0;
  }

  /** A copy of what was written from the byte `begin` on. */
  since(begin: number): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(begin, this.#length);
  }

  /** Bytes that bytesOf() has made. */
  put(from: Uint8Array): void {
    const length = from.length, to = this.#room(length), at = this.#length;
    if (length >= MANY_BYTES) to.set(from, at);
    else for (let i = 0; i < length; i++) to[at + i] = from[i];
    this.#length = at + length;
  }

  add(constant: Constant): void {
    const { length, numbers } = constant, begin = this.#length, end = begin + length;
    if (end + 8 > this.#capacity) this.#grow(end + 8);
    this.#length = end;
    if (length >= MANY_NUMBERS_BYTES) this.#bytes.set(constant.bytes, begin);
    else {
      const to = this.#view;
      for (let i = 0, at = begin; at < end; i++, at += 8) to.setFloat64(at, numbers[i], true);
    }
  }

  /** A character of ASCII. */
  byte(byte: number): void {
    this.#room(1)[this.#length++] = byte;
  }

  /** Any text. */
  text(text: string): void {
    const to = this.#room(text.length * CHARACTER_BYTES);
    let at = this.#length;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code >= 0x80) {
        const { written } = encoder.encodeInto(text.slice(i), to.subarray(at));
        this.#length = at + written;
        return;
      }
      to[at++] = code;
    }
    this.#length = at;
  }

  /** A text that no format needs to quote: of letters, digits, blanks and signs such as _ / : only, and no minus, at or the like in front. Whether it
   * is one; else nothing is written. */
  plain(text: string): boolean {
    const to = this.#room(text.length), begin = this.#length;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code >= PLAIN.length || PLAIN[code] === 0 || i === 0 && PLAIN[code] === INSIDE) return false;
      to[begin + i] = code;
    }
    this.#length = begin + text.length;
    return true;
  }

  /** As a template has it. */
  number(value: number): void {
    const whole = value | 0;
    if (whole === value && whole >= 0) return this.#decimal(whole, 1);
    if (!Number.isSafeInteger(value) || value < 0) return this.text(`${value}`);
    const high = Math.floor(value / LOW_DECIMALS);
    if (high > 0) this.#decimal(high, 1);
    this.#decimal(value - high * LOW_DECIMALS, high > 0 ? 9 : 1);
  }

  /** `count` / 10 ** `digits`, up to 3, as a template has it. */
  fraction(count: number, digits: number): void {
    const unit = DECIMAL_BOUNDS[digits], whole = Math.floor(count / unit);
    // With so many digits the number that is nearest to a fraction is written as the fraction.
    if (!Number.isInteger(count) || count < 0 || count >= SHORT_MOST) return this.text(`${count / unit}`);
    this.number(whole);
    let rest = count - whole * unit, places = digits;
    if (rest === 0) return;
    for (; rest % 10 === 0; places--) rest /= 10;
    this.byte(POINT);
    this.#decimal(rest, places);
  }

  numberOrNull(value: number | null): void {
    if (value === null) this.add(NULL);
    else this.number(value);
  }

  boolean(value: boolean): void {
    this.add(value ? TRUE : FALSE);
  }

  booleanOrNull(value: boolean | null): void {
    this.add(value === null ? NULL : value ? TRUE : FALSE);
  }

  null(): void {
    this.add(NULL);
  }

  /** With zeros in front up to `digits`; a whole number below 2^31. */
  padded(value: number, digits: number): void {
    this.#decimal(value | 0, digits);
  }

  /** As toString(36). */
  base36(value: number): void {
    const whole = value | 0;
    if (whole === value && whole >= 0) return this.#base36(whole, 1);
    const high = Math.floor(value / FIVE_DIGITS);
    if (!Number.isSafeInteger(value) || value < 0 || high >= WHOLE_MOST) return this.text(value.toString(36));
    if (high > 0) this.#base36(high, 1);
    this.#base36(value - high * FIVE_DIGITS, high > 0 ? LOW_DIGITS : 1);
  }

  /** a.b.c.d of the four bytes at `from`. */
  ipv4(bytes: Uint8Array, from: number): void {
    const to = this.#room(16);
    let at = this.#length;
    for (let i = 0; i < 4; i++) {
      const octet = bytes[from + i] * 4, digits = OCTETS[octet + 3];
      if (i > 0) to[at++] = POINT;
      to[at] = OCTETS[octet];
      to[at + 1] = OCTETS[octet + 1];
      to[at + 2] = OCTETS[octet + 2];
      at += digits;
    }
    this.#length = at;
  }

  #decimal(value: number, least: number): void {
    const to = this.#room(NUMBER_BYTES);
    let count = least;
    while (count < DECIMAL_BOUNDS.length && value >= DECIMAL_BOUNDS[count]) count++;
    this.#length += count;
    // Divisors that are known are no divisions.
    let at = this.#length, left = value;
    for (; count > 1; count -= 2) {
      const rest = (left / 100) | 0, pair = (left - rest * 100) * 2;
      to[--at] = DECIMAL_PAIRS[pair + 1];
      to[--at] = DECIMAL_PAIRS[pair];
      left = rest;
    }
    if (count > 0) to[at - 1] = DECIMAL_PAIRS[left % 10 * 2 + 1];
  }

  #base36(value: number, least: number): void {
    const to = this.#room(NUMBER_BYTES);
    let count = least;
    while (count < BASE36_BOUNDS.length && value >= BASE36_BOUNDS[count]) count++;
    this.#length += count;
    let at = this.#length, left = value;
    for (; count > 1; count -= 2) {
      const rest = (left / 1296) | 0, pair = (left - rest * 1296) * 2;
      to[--at] = BASE36_PAIRS[pair + 1];
      to[--at] = BASE36_PAIRS[pair];
      left = rest;
    }
    if (count > 0) to[at - 1] = BASE36_PAIRS[left * 2 + 1];
  }

  /** The memory, with room for so many more bytes. */
  #room(bytes: number): Uint8Array<ArrayBuffer> {
    if (this.#length + bytes > this.#capacity) this.#grow(this.#length + bytes);
    return this.#bytes;
  }

  #grow(wanted: number): void {
    while (this.#capacity < wanted) this.#capacity *= 2;
    const larger = new Uint8Array(this.#capacity);
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#view = new DataView(larger.buffer);
    this.#bytes = larger;
  }
}

/** A number, or null, behind the same text each time. With small numbers, which are most, the whole is made once. */
export class NumberBehind {
  readonly #before: Constant;
  readonly #null: Constant;
  readonly #small: (Constant | undefined)[] = [];

  /** `none`: what stands for null. */
  constructor(readonly before: string, none = "null") {
    this.#before = constant(before);
    this.#null = constant(before + none);
  }

  put(to: ByteText, value: number | null): void {
    if (value === null) return to.add(this.#null);
    const whole = value | 0;
    if (whole === value && whole >= 0 && whole < SMALL) {
      return to.add(this.#small[whole] ??= constant(this.before + whole));
    }
    to.add(this.#before);
    to.number(value);
  }
}

/** IPv4 addresses between the same texts each time. Of those that come again, as a machine's own do, the whole is kept. */
export class Ipv4Between {
  readonly #before: Constant;
  readonly #after: Constant;
  /** The address that was put last, of those that have this place, and its text once it has come twice in a row. */
  readonly #addresses = new Int32Array(PLACES);
  readonly #texts: (Constant | null)[] = Array(PLACES).fill(null);

  constructor(before: string, after: string) {
    this.#before = constant(before);
    this.#after = constant(after);
  }

  /** Of the four bytes at `from`. */
  put(to: ByteText, bytes: Uint8Array, from: number): void {
    const address = bytes[from] | bytes[from + 1] << 8 | bytes[from + 2] << 16 | bytes[from + 3] << 24;
    const place = Math.imul(address, 0x9e3779b1) >>> 32 - PLACE_BITS, begin = to.length;
    const known = this.#addresses[place] === address, text = known ? this.#texts[place] : null;
    if (text !== null) return to.add(text);
    to.add(this.#before);
    to.ipv4(bytes, from);
    to.add(this.#after);
    this.#addresses[place] = address;
    this.#texts[place] = known ? constantOf(to.since(begin)) : null;
  }
}
