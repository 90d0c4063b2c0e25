import { ERRNO_WORDS } from "../wire/errno.ts";
import { type Library, openShim } from "./shim.ts";
import type { Identity } from "./identity.ts";
import { FileError, type Files, type OpenFile } from "./output_file.ts";
import type { FolderEntry, OpenFolder, OpenFolders } from "./output_folder.ts";

const encoder = new TextEncoder();

/** Folders for recordings, opened by the shim. */
export function shimFolders(shimPath: string, shimIsInside: boolean): OpenFolders {
  const library = openShim(shimPath, shimIsInside);
  return (path, owner) => {
    const whose = new Uint32Array(1), { tcptop__folder_open } = library.symbols;
    const fd = tcptop__folder_open(zeroEnded(path), owner.uid, owner.gid, new Uint8Array(whose.buffer));
    if (fd < 0) throw new FileError(codeOf(-fd), whose[0] === owner.uid ? null : whose[0]);
    return new ShimFolder(library, path, fd, owner);
  };
}

const LIST_BYTES = 1 << 20;
const NO_FOLDER = 0xffffffff;

class ShimFolder implements OpenFolder {
  constructor(readonly library: Library, readonly path: string, readonly fd: number, readonly owner: Identity) {}

  create(name: string): OpenFile {
    const { uid, gid } = this.owner;
    const fd = this.library.symbols.tcptop__folder_create(this.fd, zeroEnded(name), uid, gid);
    if (fd < 0) throw new FileError(codeOf(-fd));
    return new ShimFile(this.library, name, fd, NO_FOLDER, true);
  }

  list(begins: string): readonly FolderEntry[] {
    const buffer = new Uint8Array(LIST_BYTES);
    const bytes = this.library.symbols.tcptop__folder_list(this.fd, zeroEnded(begins), buffer, buffer.length);
    if (bytes < 0) throw new FileError(codeOf(-bytes));
    return new TextDecoder().decode(buffer.subarray(0, bytes)).split("\n").filter((line) => line !== "").map((line) => {
      const blank = line.indexOf(" ");
      return { bytes: Number(line.slice(0, blank)), name: line.slice(blank + 1) };
    });
  }

  remove(name: string): void {
    const result = this.library.symbols.tcptop__folder_remove(this.fd, zeroEnded(name));
    if (result < 0) throw new FileError(codeOf(-result));
  }
}

const zeroEnded = (text: string) => encoder.encode(`${text}\0`) as Uint8Array<ArrayBuffer>;

/** Files for output, opened by the shim. */
export function shimFiles(shimPath: string, shimIsInside: boolean): Files {
  return new ShimFiles(openShim(shimPath, shimIsInside));
}

/** Linux: the kernel judges each component of the path. Deno's own open() resolves links first where it has narrow permissions, so that
 * O_NOFOLLOW checks nothing. */
class ShimFiles implements Files {
  constructor(readonly library: Library) {}

  open(path: string, { uid, gid }: Identity, isNew: boolean): OpenFile {
    const out = new Uint32Array(3), { tcptop__file_open } = this.library.symbols;
    const fd = tcptop__file_open(encoder.encode(`${path}\0`), uid, gid, isNew ? 1 : 0, new Uint8Array(out.buffer));
    if (fd < 0) throw new FileError(codeOf(-fd), out[2] === uid ? null : out[2]);
    return new ShimFile(this.library, path, fd, out[1], out[0] === 1);
  }
}

class ShimFile implements OpenFile {
  constructor(
    readonly library: Library,
    readonly path: string,
    readonly fd: number,
    readonly folder: number,
    readonly created: boolean,
  ) {}

  get byteLength(): number {
    return Number(this.library.symbols.tcptop__file_size(this.fd));
  }

  read(position: number, length: number): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(length);
    const n = this.library.symbols.tcptop__file_read(this.fd, BigInt(position), bytes, length);
    if (n < 0) throw new FileError(codeOf(-n));
    return bytes.subarray(0, n);
  }

  append(bytes: Uint8Array): void {
    const result = this.library.symbols.tcptop__file_write(this.fd, bytes as Uint8Array<ArrayBuffer>, bytes.length);
    if (result < 0) throw new FileError(codeOf(-result));
  }

  clear(): void {
    const result = this.library.symbols.tcptop__file_clear(this.fd);
    if (result < 0) throw new FileError(codeOf(-result));
  }

  close(discard: boolean): void {
    this.library.symbols.tcptop__file_close(this.fd, this.folder, encoder.encode(discard ? `${this.path}\0` : "\0"));
  }
}

function codeOf(errno: number): string {
  return ERRNO_WORDS.get(errno)?.[0] ?? `error ${errno}`;
}
