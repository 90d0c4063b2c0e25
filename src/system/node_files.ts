import * as fs from "node:fs";
import type { Identity } from "./identity.ts";
import { FileError, type Files, type OpenFile } from "./output_file.ts";
import type { FolderEntry, OpenFolder } from "./output_folder.ts";

/** Where there is no shim (macOS, which needs no root): the same rules, looked at by name and by descriptor. */
export class NodeFiles implements Files {
  open(path: string, owner: Identity, isNew: boolean): OpenFile {
    try {
      return open(path, owner, isNew);
    } catch (error) {
      throw error instanceof FileError ? error : new FileError(codeOf(error));
    }
  }
}

function open(path: string, owner: Identity, isNew: boolean): OpenFile {
  const { O_RDWR, O_CREAT, O_EXCL, O_APPEND, O_NOFOLLOW, O_NONBLOCK } = fs.constants as Record<string, number>;
  const flags = O_RDWR | O_APPEND | O_NOFOLLOW | O_NONBLOCK, before = fs.lstatSync(path, { throwIfNoEntry: false });
  if (before?.isSymbolicLink()) throw new FileError("ELOOP");
  if (before !== undefined && isNew) throw new FileError("EEXIST");
  const fd = fs.openSync(path, before === undefined ? flags | O_CREAT | O_EXCL : flags, 0o600);
  const { uid, ino, dev, nlink } = fs.fstatSync(fd), named = fs.lstatSync(path);
  const refuse = (code: string, whose: number | null = null) => {
    fs.closeSync(fd);
    return new FileError(code, whose);
  };
  if (!fs.fstatSync(fd).isFile()) throw refuse("ENXIO");
  if (named.ino !== ino || named.dev !== dev) throw refuse("ELOOP");
  if (uid !== owner.uid) throw refuse("EPERM", uid);
  if (nlink !== 1) throw refuse("EMLINK");
  return new NodeFile(path, fd, before === undefined);
}

class NodeFile implements OpenFile {
  constructor(readonly path: string, readonly fd: number, readonly created: boolean) {}

  get byteLength(): number {
    return fs.fstatSync(this.fd).size;
  }

  read(position: number, length: number): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(length);
    return bytes.subarray(0, fs.readSync(this.fd, bytes, 0, length, position));
  }

  append(bytes: Uint8Array): void {
    const { size, nlink } = fs.fstatSync(this.fd);
    // A write to a deleted file succeeds, but nobody could read it.
    if (nlink === 0) throw new FileError("ESTALE");
    try {
      for (let at = 0; at < bytes.length;) at += fs.writeSync(this.fd, bytes, at);
    } catch (error) {
      fs.ftruncateSync(this.fd, size);
      throw new FileError(codeOf(error));
    }
  }

  clear(): void {
    fs.ftruncateSync(this.fd, 0);
  }

  close(discard: boolean): void {
    const empty = discard && this.byteLength === 0;
    fs.closeSync(this.fd);
    try {
      if (empty) fs.rmSync(this.path);
    } catch {
      // An empty file of a directory that is not ours any more is left behind.
    }
  }
}

/** Folders for recordings. */
export function nodeFolder(path: string, owner: Identity): OpenFolder {
  try {
    fs.mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw new FileError(codeOf(error));
  }
  const folder = fs.lstatSync(path);
  if (folder.isSymbolicLink()) throw new FileError("ELOOP");
  if (!folder.isDirectory()) throw new FileError("ENOTDIR");
  if (folder.uid !== owner.uid) throw new FileError("EPERM", folder.uid);
  if (folder.mode & 0o022) throw new FileError("EXDEV");
  return new NodeFolder(path, owner);
}

class NodeFolder implements OpenFolder {
  constructor(readonly path: string, readonly owner: Identity) {}

  create(name: string): OpenFile {
    return new NodeFiles().open(`${this.path}/${name}`, this.owner, true);
  }

  list(begins: string): readonly FolderEntry[] {
    const entries = fs.readdirSync(this.path, { withFileTypes: true });
    return entries.filter((entry) => entry.isFile() && entry.name.startsWith(begins)).map(({ name }) => ({
      name,
      bytes: fs.lstatSync(`${this.path}/${name}`).size,
    }));
  }

  remove(name: string): void {
    try {
      fs.unlinkSync(`${this.path}/${name}`);
    } catch (error) {
      throw new FileError(codeOf(error));
    }
  }
}

function codeOf(error: unknown): string {
  return error instanceof Deno.errors.NotCapable ? "ENXIO" : (error as { code?: string }).code ?? String(error);
}
