import { containerOf } from "./container.ts";

/** The one path of a process that says most, from the text of /proc/PID/cgroup (lines "ID:CONTROLLERS:PATH", cgroups(7)): that of
 * a container, in whichever hierarchy its manager made it; else that of version 2, else systemd's own. null: nothing there. */
export function processCgroup(text: string): string | null {
  let unified: string | null = null, systemd: string | null = null;
  for (const line of text.split("\n")) {
    const [, id, controllers, path] = /^(\d+):([^:]*):(\/.*)$/.exec(line) ?? [];
    if (path === undefined) continue;
    if (containerOf(path) !== null) return path;
    if (id === "0") unified = path;
    else if (controllers === "name=systemd") systemd = path;
  }
  return unified === null || unified === "/" ? systemd ?? unified : unified;
}

/** Whether there are hierarchies of version 1 too, in which a container may be that version 2 does not show. */
export function isHybrid(text: string): boolean {
  return /^[1-9]\d*:[^:]*:/m.test(text);
}
