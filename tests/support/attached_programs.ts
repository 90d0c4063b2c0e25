import { execute } from "./tcptop.ts";

/** The names of the programs that a tcptop has attached. */
export async function attachedPrograms(pid: number): Promise<Set<string>> {
  const names = new Set<string>();
  for (const { name } of Deno.readDirSync(`/proc/${pid}/fdinfo`)) {
    const text = await Deno.readTextFile(`/proc/${pid}/fdinfo/${name}`).catch(() => "");
    const id = /^prog_id:\t(\d+)$/m.exec(text)?.[1];
    if (id !== undefined) {
      names.add(JSON.parse((await execute(["bpftool", "-j", "prog", "show", "id", id])).stdout).name);
    }
  }
  return names;
}
