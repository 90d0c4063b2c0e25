/** What a boot of scripts/matrix said: each line is a word that says what it is about, a name for some, key=value pairs, and text. */
import { isAtLeast, TCP_BY_BPF, UDP_BY_BPF } from "../src/system/kernel_version.ts";

/** One boot of one kernel. */
export interface Boot {
  readonly series: string;
  readonly lines: readonly Line[];
}

export interface Line {
  readonly about: string;
  readonly name: string;
  readonly values: ReadonlyMap<string, string>;
  readonly text: string;
}

/** A line such as "program tcp_state load=EINVAL unknown func": about, name, values, text. */
function readLine(line: string): Line {
  const whole = /^(document|said|diagnosis) (.*)$/.exec(line.trim());
  if (whole) return { about: whole[1], name: "", values: new Map(), text: whole[2] };
  const [about, ...words] = line.trim().split(/\s+/);
  const values = new Map<string, string>();
  let name = "";
  let i = 0;
  if (words.length > 0 && !words[0].includes("=")) name = words[i++];
  for (; i < words.length && words[i].includes("="); i++) {
    const at = words[i].indexOf("=");
    values.set(words[i].slice(0, at), words[i].slice(at + 1));
  }
  return { about, name, values, text: words.slice(i).join(" ") };
}

/** The text of one result file. */
export function readBoot(series: string, text: string): Boot {
  return {
    series,
    lines: text.split("\n").filter((line) => line.trim()).map(readLine),
  };
}

/** The first line about something. */
export const lineOf = (boot: Boot, about: string, name = "") =>
  boot.lines.find((line) => line.about === about && line.name === name);
/** The first value of that key in a line about something; null when no line has it. */
export const valueOf = (boot: Boot, about: string, key: string) => {
  for (const line of boot.lines) {
    if (line.about === about && line.values.has(key)) {
      return line.values.get(key)!;
    }
  }
  return null;
};
export const programsOf = (boot: Boot, prefix: string) =>
  boot.lines.filter((line) => line.about === "program" && line.name.startsWith(prefix));
export const attaches = (program: Line) => program.values.get("attach") === "yes";

/** The comparisons that the driver makes with every source, and those of UDP. */
export const WORKLOADS = ["earlier", "held", "short", "unprivileged", "closed"] as const;
export const UDP_WORKLOADS = ["udp", "udp_names", "udp_busy", "udp_unprivileged"] as const;
/** Cgroup programs may read the socket of a datagram from it on (bpf/udp_types.h); older kernels are given the programs that call for it. */
const UDP_BY_TYPES = "6.2";
/** Sockets may be kept in a table (bpf/table.h). */
const TABLE = "6.2";
/** Of the million instructions that the verifier goes through at most for one program (BPF_COMPLEXITY_LIMIT_INSNS in include/linux/bpf.h). With a tenth of it a
 * kernel that is a little worse at seeing that paths meet still takes them all. */
const MOST_VERIFIED = 100_000;
/** Where TCP comes by BPF too. */
export const LOSSES = "udp_losses";

/** Why the source is not the one that this kernel should get; null when it is. A lesser source that works is a fault where the better
 * one should: it would hide what keeps that from working. */
function sourceFault(boot: Boot): string | null {
  const source = valueOf(boot, "source", "tcp");
  if (source === null || source === "none") return "no source was chosen";
  const version = valueOf(boot, "package", "version") ?? "0";
  if (source !== "bpf" && isAtLeast(version, TCP_BY_BPF)) {
    const refused = programsOf(boot, "tcp_").find((program) => !attaches(program));
    return `TCP is not followed by BPF${refused === undefined ? "" : `: ${refused.name} does not attach`}`;
  }
  const netlink = valueOf(boot, "source", "netlink_tcp");
  if (netlink !== "netlink" && lineOf(boot, "module", "tcp_diag")?.values.get("loaded") === "yes") {
    return "netlink was refused although its module is loaded";
  }
  const udp = valueOf(boot, "source", "udp") === "bpf";
  if (!udp && isAtLeast(version, UDP_BY_BPF)) return "UDP is not seen";
  if (udp && isAtLeast(version, UDP_BY_TYPES) && valueOf(boot, "workload", "types") === "no") {
    return "datagrams are not counted by the kernel's types: udp_out_types does not attach";
  }
  const datagrams = source === "bpf" ? [...UDP_WORKLOADS, LOSSES] : UDP_WORKLOADS;
  const expected: readonly string[] = udp ? [...WORKLOADS, ...datagrams] : WORKLOADS;
  const hasTable = valueOf(boot, "source", "table_tcp") === "bpf";
  if (!hasTable && source === "bpf" && isAtLeast(version, TABLE)) {
    const refused = boot.lines.find(({ about, values }) => about === "refused" && values.has("table_bpf"));
    const why = refused === undefined ? "it was not tried" : `${refused.values.get("table_bpf")}, ${refused.text}`;
    return `sockets are not kept in a table: ${why}`;
  }
  const verified = boot.lines.find(({ about, values }) =>
    about === "verified" && [...values.values()].some((most) => Number(most) > MOST_VERIFIED)
  );
  if (verified !== undefined) {
    return `${verified.text} takes the verifier ${[...verified.values.values()]} instructions`;
  }
  const table = hasTable ? expected.map((name) => `table_${name}`) : [];
  const again = netlink === "netlink" ? WORKLOADS.map((name) => `netlink_${name}`) : [];
  const missing = [...expected, ...table, ...again].find((name) => !lineOf(boot, "workload", name));
  return missing === undefined ? null : `${missing} was not compared`;
}

/** Why a boot is not as it should be; null when it is. */
export function fault(boot: Boot): string | null {
  if (valueOf(boot, "finished", "status") !== "0") return "the boot did not finish";
  const mode = valueOf(boot, "package", "mode");
  const said = valueOf(boot, "lockdown", "said");
  if ((mode === "confidentiality" ? mode : "none") !== said) return `lockdown is ${said}`;
  if (mode === "program") return null;
  for (const line of boot.lines) {
    if (line.about === "workload" && line.values.get("exact") !== "yes") return `${line.name}: ${line.text}`;
    if (line.about === "traffic") return "the traffic did not end in time";
    if (line.about === "privileges") return "root could not be given up";
    if (line.about !== "health" && line.about !== "snapshot") continue;
    for (const [key, value] of line.values) if (value !== "0") return `${key} is ${value}`;
  }
  return sourceFault(boot);
}
