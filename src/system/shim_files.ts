import { ERRNO_WORDS } from "../wire/errno.ts";
import { type Library, openShim } from "./shim.ts";
import type { Identity } from "./identity.ts";
import { FileError, type Files, type OpenFile } from "./output_file.ts";

const encoder = new TextEncoder();

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

  close(discard: boolean): void {
    this.library.symbols.tcptop__file_close(this.fd, this.folder, encoder.encode(discard ? `${this.path}\0` : "\0"));
  }
}

function codeOf(errno: number): string {
  return ERRNO_WORDS.get(errno)?.[0] ?? `error ${errno}`;
}
