/** What recording into a directory (--keep) takes beside the recorder. */
import { ExitStatus, TcptopError } from "../errors.ts";
import type { Options } from "../options.ts";
import { writeError } from "../output/stderr.ts";
import type { Identity } from "../system/identity.ts";
import type { Output } from "./output.ts";

/** Whose a directory for recordings is, that a root without anybody behind sudo writes to: it must become that user, for files are made there later too.
 * null: nobody has to be found. `owner`: whom new files are given to. */
export function folderOwner({ record, keep, keepPrivileges }: Options, owner: Identity): Identity | null {
  if (record === null || keep === null || keepPrivileges || owner.uid !== 0) return null;
  const refused = (why: string) => {
    const remedy = "Make one for a user of its own: install -d -o USER -m 700 DIR; or use sudo, or --keep-privileges";
    return new TcptopError(`Cannot record to ${record}: ${why}. ${remedy}`, ExitStatus.failed);
  };
  let folder: Deno.FileInfo;
  try {
    folder = Deno.statSync(record);
  } catch {
    throw refused("there is no such directory, and root, which tcptop gives up, may not own it");
  }
  if (!folder.uid) throw refused("it belongs to root, which tcptop gives up");
  return { uid: folder.uid, gid: folder.gid ?? folder.uid };
}

/** Says once, where no screen does, that recordings had to go before their time. */
export function removals(): Output {
  let told = false;
  return {
    sample({ source }) {
      const note = source.notes.find(({ code }) => code === "recordings_removed");
      if (note === undefined || told) return;
      told = true;
      writeError(`${note.message}. ${note.remedy}`);
    },
  };
}
