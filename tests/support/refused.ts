/** Machines that lack something, played by this one. */
import { compiled } from "./compiled.ts";

/** A command line without the kernel's BTF. */
export const withoutBtf = (line: string[]) => [
  "unshare",
  "--mount",
  "sh",
  "-c",
  'mount -t tmpfs none /sys/kernel/btf && exec "$@"',
  "sh",
  ...line,
];

/** A command line without /sys, where libbpf reads how many processors there are. */
export const withoutSys = (
  line: string[],
) => ["unshare", "--mount", "sh", "-c", 'umount -l /sys && exec "$@"', "sh", ...line];

/** An ordinary user, who may yet read the project wherever it lies. */
export const asUser = (line: string[]) => [
  "setpriv",
  "--reuid=54321",
  "--regid=54321",
  "--clear-groups",
  "--inh-caps=-all,+dac_read_search",
  "--ambient-caps=+dac_read_search",
  ...line,
];

/** A command line whose bpf() is refused. */
export async function refusingBpf(line: string[]): Promise<string[]> {
  return [await compiled("refuse_bpf", [new URL("../kernel/refuse_bpf.c", import.meta.url)]), ...line];
}

/** A command line whose bpf() knows no structure that is longer than Linux 5.12 has it. */
export async function withOldSizes(line: string[]): Promise<string[]> {
  const source = new URL("../kernel/old_sizes.c", import.meta.url);
  const library = await compiled("old_sizes.so", [source], [source], ["-shared", "-fPIC"]);
  return ["env", `LD_PRELOAD=${library}`, ...line];
}

/** A command line for which a process called `vanishing` ends in the middle of being read. */
export async function vanishing(line: string[]): Promise<string[]> {
  const source = new URL("../kernel/vanishing.c", import.meta.url);
  const library = await compiled("vanishing.so", [source], [source], ["-shared", "-fPIC"]);
  return ["env", `LD_PRELOAD=${library}`, ...line];
}

/** A command line for which this machine is slow to answer from when `file` is there. */
export async function slowOnce(file: string, line: string[]): Promise<string[]> {
  const source = new URL("../kernel/slow.c", import.meta.url);
  const library = await compiled("slow.so", [source], [source], ["-shared", "-fPIC"]);
  return ["env", `LD_PRELOAD=${library}`, `SLOW=${file}`, ...line];
}

/** A command line to which the kernel has no sock_diag. */
export async function refusingDiag(line: string[]): Promise<string[]> {
  return [await compiled("refuse_diag", [new URL("../kernel/refuse_diag.c", import.meta.url)]), ...line];
}

/** A command line to which the kernel refuses to attach the program of that name, or to load it. */
export async function withoutProgram(
  name: string,
  line: string[],
  what: "attach" | "load" = "attach",
): Promise<string[]> {
  const source = new URL("../kernel/refuse_program.c", import.meta.url);
  const library = await compiled("refuse_program.so", [source], [source], ["-shared", "-fPIC"]);
  return ["env", `LD_PRELOAD=${library}`, `${what === "load" ? "REFUSE_LOAD" : "REFUSE"}=${name}`, ...line];
}

/** A command line to which the kernel ends no socket, as one without CONFIG_INET_DIAG_DESTROY. */
export async function refusingDestroy(line: string[]): Promise<string[]> {
  const source = new URL("../kernel/refuse_destroy.c", import.meta.url);
  const library = await compiled("refuse_destroy.so", [source], [source], ["-shared", "-fPIC"]);
  return ["env", `LD_PRELOAD=${library}`, ...line];
}
