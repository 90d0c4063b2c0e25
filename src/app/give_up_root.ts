/** On Linux root is given up before the first byte is read that somebody else wrote: of a recording, or of a host. */
import { ExitStatus, TcptopError } from "../errors.ts";
import { errnoText } from "../system/errno.ts";
import { Errno } from "../wire/errno.ts";
import type { Library } from "../system/shim.ts";
import type { WorkerOptions } from "./protocol.ts";

type Asked = Pick<WorkerOptions, "shimPath" | "shimIsInside" | "euid" | "dropTo">;

/** For a recording, as for a kernel whose programs are loaded: every thread becomes the user, and has no capability and fewer system calls
 * (docs/decisions/0018). Without root what a file's capabilities gave is given up, if there is a shim. */
export async function rootGiver(options: Asked): Promise<() => void> {
  const { dropTo } = options, library = dropTo === null ? null : await shimOf(options);
  return () => {
    if (dropTo === null || library === null) return;
    const { tcptop__new, tcptop__drop, tcptop__free } = library.symbols;
    const handle = tcptop__new(),
      result = handle === null ? -Errno.ENOMEM : tcptop__drop(handle, dropTo.uid, dropTo.gid);
    if (handle !== null) tcptop__free(handle);
    if (result < 0) throw refused(-result);
  };
}

/** For hosts: root becomes the user behind sudo, whose ssh is then run. Without sudo it stays root, and so does its ssh. */
export async function becomeUser(options: Asked): Promise<void> {
  const { dropTo, euid } = options, library = dropTo === null || euid !== 0 ? null : await shimOf(options);
  const result = library?.symbols.tcptop__become(dropTo!.uid, dropTo!.gid) ?? 0;
  if (result < 0) throw refused(-result);
}

async function shimOf({ shimPath, shimIsInside, euid }: Asked): Promise<Library | null> {
  const { openShim } = await import("../system/shim.ts");
  try {
    return openShim(shimPath, shimIsInside);
  } catch (error) {
    if (euid === 0) throw error;
    return null;
  }
}

function refused(errno: number): TcptopError {
  const remedy = "--keep-privileges goes on with what it was started with";
  return new TcptopError(`Cannot give up root: ${errnoText(errno)}. ${remedy}`, ExitStatus.failed);
}
