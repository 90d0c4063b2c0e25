/** The order of the folders under ffi/, the lowest first: a file includes from its own folder and from those before it. Folders of one
 * line know nothing of each other. "" is ffi/ itself: the handle. */
const LAYERS = [["base"], ["process"], ["privileges"], ["bpf", "conntrack", "netlink", "command", "destroy"], [
  "",
]] as const;
/** What both sides of a border are made from: the calls, and what the kernel's programs write. Every file of the shim may know them. */
const CONTRACTS = ["ffi/tcptop.h", "bpf/record.h", "bpf/shared.h", "bpf/udp.h", "bpf/drops.h"];

function folderOf(path: string): string {
  return path.split("/").slice(1, -1).join("/");
}

function rank(path: string): number {
  return LAYERS.findIndex((line) => line.some((folder) => folder === folderOf(path)));
}

/** Sentences about what a C file includes from a folder above its own, or from beyond the border between shim and kernel. */
export function wrongIncludes(path: string, includes: readonly string[]): string[] {
  const inShim = path.startsWith("ffi/"), own = inShim ? "ffi/" : "bpf/";
  return includes.flatMap((target) => {
    if (inShim && CONTRACTS.includes(target) && path !== "ffi/tcptop.h") return [];
    if (!target.startsWith(own)) return [`${path} includes ${target}, which is beyond the border of ${own}`];
    if (!inShim || folderOf(path) === folderOf(target)) return [];
    if (rank(target) >= 0 && rank(target) < rank(path)) return [];
    return [`${path} includes ${target}, which is not below it`];
  });
}
