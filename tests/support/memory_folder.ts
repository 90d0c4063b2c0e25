/** A folder in memory, with a disk that may be full. */
import { FileError, type OpenFile } from "../../src/system/output_file.ts";
import type { FolderEntry, OpenFolder } from "../../src/system/output_folder.ts";

export class MemoryFolder implements OpenFolder {
  readonly files = new Map<string, Uint8Array[]>();
  /** Names of all that were ever made, in order. */
  readonly made: string[] = [];

  constructor(public room = Infinity) {}

  get bytes(): number {
    return [...this.files.keys()].reduce((sum, name) => sum + this.sizeOf(name), 0);
  }

  create(name: string): OpenFile {
    if (this.files.has(name)) throw new FileError("EEXIST");
    const parts: Uint8Array[] = [];
    this.files.set(name, parts);
    this.made.push(name);
    return {
      created: true,
      get byteLength() {
        return parts.reduce((sum, part) => sum + part.length, 0);
      },
      read: () => new Uint8Array(0),
      append: (bytes) => {
        if (this.bytes + bytes.length > this.room) throw new FileError("ENOSPC");
        parts.push(bytes.slice());
      },
      clear: () => {
        parts.length = 0;
      },
      close() {},
    };
  }

  list(begins: string): readonly FolderEntry[] {
    // In no order, as a directory has it.
    const names = [...this.files.keys()].filter((name) => name.startsWith(begins)).reverse();
    return names.map((name) => ({ name, bytes: this.sizeOf(name) }));
  }

  remove(name: string): void {
    if (!this.files.delete(name)) throw new FileError("ENOENT");
  }

  sizeOf(name: string): number {
    return this.files.get(name)!.reduce((sum, part) => sum + part.length, 0);
  }

  contents(name: string): Uint8Array {
    const parts = this.files.get(name)!, whole = new Uint8Array(this.sizeOf(name));
    parts.reduce((at, part) => (whole.set(part, at), at + part.length), 0);
    return whole;
  }
}
