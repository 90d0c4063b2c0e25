/** A folder that is filled with files of tcptop's own. */
import { ExitStatus, TcptopError } from "../errors.ts";
import { fileFailure } from "../file.ts";
import type { Identity } from "./identity.ts";
import { FileError, type OpenFile } from "./output_file.ts";

/** One that is open. Names have no slash. Every call may throw a FileError. */
export interface OpenFolder {
  /** A file that must not be there. */
  create(name: string): OpenFile;
  /** Regular files whose names begin so. */
  list(begins: string): readonly FolderEntry[];
  remove(name: string): void;
}

export interface FolderEntry {
  readonly name: string;
  readonly bytes: number;
}

/** How folders are opened on this system; a new one is given to `owner`, whom an existing one must belong to, and nobody else may write to it. */
export type OpenFolders = (path: string, owner: Identity) => OpenFolder;

export function openFolder(path: string, owner: Identity, open: OpenFolders): OpenFolder {
  const named = path.replace(/(?<=.)\/+$/, "");
  return told(path, () => open(named, owner));
}

/** What fails in there as a sentence about `path`. */
export function told<T>(path: string, step: () => T): T {
  try {
    return step();
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    throw new TcptopError(`Cannot record to ${path}: ${folderFailure(error)}`, ExitStatus.failed, { cause: error });
  }
}

function folderFailure({ code, whose }: FileError): string {
  if (code === "ENOTDIR") return "it is not a directory, which --keep takes";
  if (code === "ELOOP" && whose === null) {
    return "it is a symbolic link. Name the directory itself, or put /. behind the link";
  }
  if (code === "EXDEV") return "others may write to it. Try: chmod go-w";
  if (code === "EPERM" && whose !== null) return `it belongs to user ${whose}. Name a directory of your own`;
  return fileFailure(code, whose);
}
