/** The tables as bytes, and back: fields by name, so that a later version with more of them reads what an earlier one wrote. */

import { toPlanes } from "./planes.ts";

/** What was read is not what writeState() makes. */
export class StateError extends Error {}

interface Header {
  readonly numbers: Readonly<Record<string, number>>;
  readonly lists: Readonly<Record<string, unknown>>;
  readonly bytes: readonly (readonly [name: string, length: number])[];
}

const align8 = (bytes: number) => (bytes + 7) & ~7;

/** u32 length of a JSON header, the header, then its byte arrays, each from a multiple of 8 on. Little-endian, as this machine is. */
export class StateWriter {
  readonly #numbers: Record<string, number> = {};
  readonly #lists: Record<string, unknown> = {};
  /** `width`: of values that are to stand in planes; 0: as they are. */
  readonly #bytes: { readonly name: string; readonly value: Uint8Array; readonly width: number }[] = [];

  number(name: string, value: number): void {
    this.#numbers[name] = value;
  }

  /** What JSON can say. */
  list(name: string, value: readonly unknown[]): void {
    this.#lists[name] = value;
  }

  /** Not copied before finish(). */
  bytes(name: string, value: Uint8Array): void {
    this.#bytes.push({ name, value, width: 0 });
  }

  /** Values of so many bytes each, in planes. Not copied before finish(). */
  column(name: string, value: Uint8Array, width: number): void {
    this.#bytes.push({ name, value, width });
  }

  /** In a buffer of its own. */
  finish(): Uint8Array<ArrayBuffer> {
    const bytes = this.#bytes.map(({ name, value }) => [name, value.length] as const);
    const header = new TextEncoder().encode(
      JSON.stringify({ numbers: this.#numbers, lists: this.#lists, bytes } satisfies Header),
    );
    let at = align8(4 + header.length);
    const length = this.#bytes.reduce((sum, { value }) => sum + align8(value.length), at);
    const all = new Uint8Array(length);
    new DataView(all.buffer, all.byteOffset).setUint32(0, header.length, true);
    all.set(header, 4);
    for (const { value, width } of this.#bytes) {
      if (width === 0) all.set(value, at);
      else toPlanes(value, width, all, at);
      at += align8(value.length);
    }
    return all;
  }
}

/** Throws StateErrors. Whatever the bytes, it asks for no more memory than they have. */
export class StateReader {
  readonly #header: Header;
  readonly #bytes = new Map<string, Uint8Array>();

  constructor(all: Uint8Array) {
    const length = all.length < 4 ? 0 : new DataView(all.buffer, all.byteOffset).getUint32(0, true);
    this.#header = headerOf(all.subarray(4, 4 + length));
    let at = align8(4 + length);
    for (const [name, bytes] of this.#header.bytes) {
      if (!Number.isSafeInteger(bytes) || bytes < 0 || at + bytes > all.length) throw new StateError("it is cut short");
      this.#bytes.set(name, all.subarray(at, at + bytes));
      at += align8(bytes);
    }
  }

  /** A writer with all of it, to add to. */
  again(): StateWriter {
    const writer = new StateWriter();
    for (const [name, value] of Object.entries(this.#header.numbers)) writer.number(name, value);
    for (const [name, value] of Object.entries(this.#header.lists)) writer.list(name, value as readonly unknown[]);
    for (const [name, bytes] of this.#bytes) writer.bytes(name, bytes);
    return writer;
  }

  number(name: string): number {
    const value: unknown = this.#header.numbers[name];
    return typeof value === "number" && Number.isFinite(value) ? value : 0;
  }

  list(name: string): readonly unknown[] {
    const value = this.#header.lists[name];
    return Array.isArray(value) ? value : [];
  }

  has(list: string): boolean {
    return Array.isArray(this.#header.lists[list]);
  }

  /** null: whoever wrote it did not know the name. */
  bytes(name: string): Uint8Array | null {
    return this.#bytes.get(name) ?? null;
  }
}

function headerOf(bytes: Uint8Array): Header {
  try {
    const { numbers, lists, bytes: parts } = JSON.parse(new TextDecoder().decode(bytes));
    if (typeof numbers !== "object" || typeof lists !== "object" || !Array.isArray(parts)) throw new Error("no header");
    const pairs = parts.filter((part) => Array.isArray(part) && typeof part[0] === "string");
    return { numbers: numbers ?? {}, lists: lists ?? {}, bytes: pairs };
  } catch (error) {
    throw new StateError("it has no header", { cause: error });
  }
}
