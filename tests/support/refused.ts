/** Machines that lack something, played by this one. */
const BUILD = new URL("../../build/", import.meta.url).pathname;

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
  const source = new URL("../kernel/refuse_bpf.c", import.meta.url).pathname, binary = `${BUILD}refuse_bpf`;
  const { success } = await new Deno.Command("clang", { args: ["-O2", "-Wall", "-Werror", "-o", binary, source] })
    .output();
  if (!success) throw new Error("refuse_bpf.c does not compile");
  return [binary, ...line];
}
