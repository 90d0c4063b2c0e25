/** Which container a cgroup belongs to, by the path alone. */
export interface ContainerId {
  /** As the runtime names it: 64 hexadecimal digits, or the machine's name for lxc and nspawn. */
  readonly id: string;
  readonly runtime: string;
}

/** A control group, and the container that its path names; null: none. */
export interface Cgroup {
  readonly path: string;
  readonly container: ContainerId | null;
}

/** In the place of a number that stands for no cgroup. */
export const NO_CGROUP: Cgroup = { path: "", container: null };

export function cgroupOf(path: string): Cgroup {
  return { path, container: containerOf(path) };
}

const HEX = "([0-9a-f]{64})";

/** One path segment that is a container: how it looks, and whose it is. The first that fits counts. */
const SEGMENTS: readonly (readonly [RegExp, string])[] = [
  [new RegExp(`^docker-${HEX}\\.scope$`), "docker"],
  [new RegExp(`^libpod-(?:payload-)?${HEX}(?:\\.scope)?$`), "podman"],
  [new RegExp(`^(?:[^:]+:)?cri-containerd[-:]${HEX}(?:\\.scope)?$`), "containerd"],
  [new RegExp(`^nerdctl-${HEX}(?:\\.scope)?$`), "containerd"],
  [new RegExp(`^crio-${HEX}(?:\\.scope)?$`), "cri-o"],
  [/^lxc\.payload\.(.+)$/, "lxc"],
  [/^systemd-nspawn@(.+)\.service$/, "systemd-nspawn"],
  [/^machine-lxc\\x2d\d+\\x2d(.+)\.scope$/, "lxc"], // libvirt
  [/^machine-(?!qemu\\x2d|libpod_pod)(.+)\.scope$/, "systemd-nspawn"],
];

/** A segment that is a container because of the one above it. */
const PARENTS: readonly (readonly [RegExp, RegExp, string])[] = [
  [/^docker$/, new RegExp(`^${HEX}$`), "docker"],
  [/^libpod_parent$/, new RegExp(`^(?:libpod-)?${HEX}$`), "podman"],
  // The kubelet's cgroupfs driver: containerd's and cri-dockerd's containers look alike.
  [/^pod[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$|^pod[0-9a-f]{32}$/, new RegExp(`^${HEX}$`), "kubernetes"],
  [/^(?:default|k8s\.io)$/, new RegExp(`^${HEX}$`), "containerd"], // its namespaces
  [/^lxc(?:\.payload)?$/, /^(.+)$/, "lxc"],
];

const UNITS = new Set(["lxc", "systemd-nspawn"]);

/** The innermost container of the path; null: in none. What only looks after one (conmon, lxc.monitor, the supervisor of nspawn)
 * is outside. */
export function containerOf(path: string): ContainerId | null {
  const segments = path.split("/");
  for (let i = segments.length - 1; i > 0; i--) {
    if (segments[i + 1] === "supervisor") continue;
    const found = ofSegment(segments[i]) ?? ofPair(segments[i - 1], segments[i]);
    if (found !== null) return UNITS.has(found.runtime) ? { ...found, id: unescapeUnit(found.id) } : found;
  }
  return null;
}

function ofSegment(segment: string): ContainerId | null {
  for (const [pattern, runtime] of SEGMENTS) {
    const id = pattern.exec(segment)?.[1];
    if (id !== undefined) return { id, runtime };
  }
  return null;
}

function ofPair(parent: string, segment: string): ContainerId | null {
  for (const [above, pattern, runtime] of PARENTS) {
    const id = above.test(parent) ? pattern.exec(segment)?.[1] : undefined;
    if (id !== undefined) return { id, runtime };
  }
  return null;
}

/** systemd writes what a unit's name may not hold as \xNN. */
function unescapeUnit(name: string): string {
  return name.replace(/\\x([0-9a-f]{2})/g, (_, code: string) => String.fromCharCode(parseInt(code, 16)));
}
