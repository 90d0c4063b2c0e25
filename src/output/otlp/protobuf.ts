/** Protobuf (protobuf.dev/programming-guides/encoding) into one buffer that is used again and again. */
import type { Value } from "./attribute_set.ts";

/** Wire types. */
export const VARINT = 0, FIXED64 = 1, DELIMITED = 2;

const FIRST_BYTES = 1 << 16;
const utf8 = new TextEncoder();
/** Fields of OTLP's KeyValue and AnyValue (opentelemetry/proto/common/v1/common.proto). */
const KEY = 1, VALUE = 2, STRING = 1, BOOL = 2, INT = 3, DOUBLE = 4;
/** A KeyValue up to the length of its value, by name: the names are those of this program, and few. */
const keys = new Map<string, Uint8Array>();

export function tag(field: number, wire: number): number {
  return field << 3 | wire;
}

/** Bytes that a length or number takes; it is not negative. */
export function varintSize(value: number): number {
  let size = 1;
  for (; value >= 128; value /= 128) size++;
  return size;
}

export class ProtobufWriter {
  bytes: Uint8Array<ArrayBuffer> = new Uint8Array(FIRST_BYTES);
  at = 0;

  /** Room for so many bytes more. Call it before anything is written. */
  need(length: number): void {
    if (this.at + length <= this.bytes.length) return;
    const larger = new Uint8Array(Math.max(2 * this.bytes.length, this.at + length));
    larger.set(this.bytes.subarray(0, this.at));
    this.bytes = larger;
  }

  byte(value: number): void {
    this.bytes[this.at++] = value;
  }

  /** A whole number below 2^53. */
  varint(value: number): void {
    if (value < 0) return this.#negative(value);
    const { bytes } = this;
    let { at } = this;
    for (; value > 0x7fffffff; value = Math.floor(value / 128)) bytes[at++] = value % 128 | 128;
    for (; value > 127; value >>>= 7) bytes[at++] = value & 127 | 128;
    bytes[at++] = value;
    this.at = at;
  }

  /** Two's complement of 64 bits, as int64 has it. */
  #negative(value: number): void {
    let rest = BigInt.asUintN(64, BigInt(value));
    for (; rest > 127n; rest >>= 7n) this.byte(Number(rest & 127n) | 128);
    this.byte(Number(rest));
  }

  /** Microseconds since 1970 as nanoseconds in 64 bits: more than a number holds. */
  nanoseconds(us: number): void {
    const high = Math.floor(us / 2 ** 32), low = (us - high * 2 ** 32) * 1000;
    this.#word(low % 2 ** 32);
    this.#word(high * 1000 + Math.floor(low / 2 ** 32));
  }

  #word(value: number): void {
    for (let i = 0; i < 4; i++, value = Math.floor(value / 256)) this.bytes[this.at++] = value & 255;
  }

  raw(from: Uint8Array): void {
    const { bytes, at } = this, { length } = from;
    for (let i = 0; i < length; i++) bytes[at + i] = from[i];
    this.at = at + length;
  }

  /** A text of a field, with its tag. */
  text(field: number, text: string): void {
    const encoded = isAscii(text) ? null : utf8.encode(text), length = encoded?.length ?? text.length;
    this.need(length + 16);
    this.byte(tag(field, DELIMITED));
    this.#delimited(text, encoded, length);
  }

  /** An AnyValue of a text. */
  anyText(field: number, text: string): void {
    const encoded = isAscii(text) ? null : utf8.encode(text), length = encoded?.length ?? text.length;
    this.need(length + 32);
    this.byte(tag(field, DELIMITED));
    this.varint(1 + varintSize(length) + length);
    this.byte(tag(STRING, DELIMITED));
    this.#delimited(text, encoded, length);
  }

  /** One attribute, as a KeyValue in the field. Numbers are whole, or doubles. */
  attribute(field: number, name: string, value: Value): void {
    const key = keyOf(name);
    if (typeof value === "string") {
      const encoded = isAscii(value) ? null : utf8.encode(value), length = encoded?.length ?? value.length;
      const inner = 1 + varintSize(length) + length;
      this.#key(field, key, inner, varintSize(inner));
      this.byte(tag(STRING, DELIMITED));
      this.#delimited(value, encoded, length);
    } else if (typeof value === "boolean") {
      this.#key(field, key, 2, 1);
      this.byte(tag(BOOL, VARINT));
      this.byte(value ? 1 : 0);
    } else if (Number.isInteger(value)) {
      this.#key(field, key, 1 + (value < 0 ? 10 : varintSize(value)), 1);
      this.byte(tag(INT, VARINT));
      this.varint(value);
    } else {
      this.#key(field, key, 9, 1);
      this.byte(tag(DOUBLE, FIXED64));
      new DataView(this.bytes.buffer).setFloat64(this.at, value, true);
      this.at += 8;
    }
  }

  /** `inner`: length of the value, which itself takes `size` bytes. */
  #key(field: number, key: Uint8Array, inner: number, size: number): void {
    const length = key.length + size + inner;
    this.need(length + 16);
    this.byte(tag(field, DELIMITED));
    this.varint(length);
    this.raw(key);
    this.varint(inner);
  }

  #delimited(text: string, encoded: Uint8Array | null, length: number): void {
    this.varint(length);
    if (encoded !== null) return this.raw(encoded);
    const { bytes, at } = this;
    for (let i = 0; i < length; i++) bytes[at + i] = text.charCodeAt(i);
    this.at = at + length;
  }
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 127) return false;
  return true;
}

function keyOf(name: string): Uint8Array {
  let key = keys.get(name);
  if (key === undefined) {
    const writer = new ProtobufWriter();
    writer.text(KEY, name);
    writer.byte(tag(VALUE, DELIMITED));
    keys.set(name, key = writer.bytes.slice(0, writer.at));
  }
  return key;
}
