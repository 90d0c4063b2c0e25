import type { Note } from "../../system/source_info.ts";
import type { Library } from "../../system/shim.ts";

const FIRST_PID = 1;

/** Whether /proc keeps other users' processes from us, as a note. The first process is asked for, which every PID namespace has and whose
 * command line everybody may read (0444) but for hidepid (has_pid_permissions() in fs/proc/base.c), which CAP_SYS_PTRACE lifts: that is given
 * up with root. */
export function hiddenProcesses(
  { tcptop__command_line, tcptop__process_cgroups }: Pick<
    Library["symbols"],
    "tcptop__command_line" | "tcptop__process_cgroups"
  >,
): Note[] {
  const text = new Uint8Array(1 << 12);
  if (tcptop__command_line(FIRST_PID, 0n, text, text.length) >= 0) return [];
  const bytes = tcptop__process_cgroups(Deno.pid, 0n, text, text.length);
  return [hiddenNote(new TextDecoder().decode(text.subarray(0, bytes)))];
}

/** `ownCgroups`: /proc/self/cgroup. With version 2 alone a cgroup is known by its id, whoever is in it. */
function hiddenNote(ownCgroups: string): Note {
  const isHybrid = /^[1-9]/m.test(ownCgroups);
  return {
    code: "processes_hidden",
    message:
      "/proc hides the processes of other users (hidepid): their command lines are not known, nor names that only these tell" +
      (isHybrid ? ", nor containers and cgroups, as this machine has cgroup v1 too" : ""),
    remedy:
      "Run: sudo mount -o remount,hidepid=0 /proc. More rights for tcptop do not help: it gives up CAP_SYS_PTRACE",
  };
}
