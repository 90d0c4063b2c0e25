/** Makes docs/kernels.md of what the boots of scripts/matrix said. Ends with status 1 when one is not as it should be. */

import { heldSockets, programFault, sampleOf } from "./matrix-program.ts";
import {
  attaches,
  type Boot,
  fault,
  lineOf,
  LOSSES,
  programsOf,
  readBoot,
  UDP_WORKLOADS,
  valueOf,
  WORKLOADS,
} from "./matrix-boot.ts";

function programsCell(boot: Boot, prefix: string): string | null {
  const programs = programsOf(boot, prefix);
  if (programs.length === 0) return null;
  return `${programs.filter(attaches).length} of ${programs.length}`;
}

function workloadCell(boot: Boot, name: string): string | null {
  const line = lineOf(boot, "workload", name);
  if (!line) return null;
  return line.values.get("exact") === "yes" ? `exact (${line.text.split(" ")[0]})` : `**wrong**: ${line.text}`;
}

/** The same comparisons in another way on a kernel that need not use it. */
function againCell(boot: Boot, prefix: string, names: readonly string[]): string | null {
  const source = valueOf(boot, "source", `${prefix}tcp`);
  if (source === null) return null;
  if (source === "none") return "-";
  const wrong = names.map((name) => workloadCell(boot, prefix + name) ?? "**not compared**")
    .find((cell) => cell.startsWith("**"));
  return wrong ?? "exact";
}

/** The most that the verifier went through for a program, in whichever build; null: no kernel before 5.16 says. */
function verifiedCell(boot: Boot): string | null {
  const counts = boot.lines.flatMap(({ about, values }) =>
    about === "verified" ? [...values.values()].map(Number) : []
  );
  const most = Math.max(0, ...counts);
  return most === 0 ? null : most.toLocaleString("en");
}

interface Column {
  readonly title: string;
  cell(boot: Boot): string | null;
}

/** Debian's version, and what it was built for where that is not x86_64. */
function versionText(boot: Boot): string | null {
  const version = valueOf(boot, "package", "version"), flavour = valueOf(boot, "package", "flavour") ?? "amd64";
  return version === null || flavour === "amd64" ? version : `${version}, ${flavour}`;
}

const COLUMNS: readonly Column[] = [
  { title: "Linux", cell: versionText },
  { title: "BTF", cell: (boot) => valueOf(boot, "feature", "btf") },
  { title: "Ring buffer", cell: (boot) => valueOf(boot, "feature", "ringbuf") },
  { title: "TCP programs that attach", cell: (boot) => programsCell(boot, "tcp_") },
  { title: "UDP programs that attach", cell: (boot) => programsCell(boot, "udp_") },
  { title: "Verified at most", cell: verifiedCell },
  { title: "inet_diag", cell: (boot) => lineOf(boot, "module", "tcp_diag")?.values.get("loaded") ?? null },
  { title: "TCP source", cell: (boot) => valueOf(boot, "source", "tcp") },
  { title: "UDP source", cell: (boot) => valueOf(boot, "source", "udp") },
  { title: "Open before", cell: (boot) => workloadCell(boot, "earlier") },
  { title: "Held", cell: (boot) => workloadCell(boot, "held") },
  { title: "Short", cell: (boot) => workloadCell(boot, "short") },
  { title: "Root given up", cell: (boot) => workloadCell(boot, "unprivileged") },
  { title: "Closed", cell: (boot) => workloadCell(boot, "closed") },
  { title: "All of it by netlink", cell: (boot) => againCell(boot, "netlink_", WORKLOADS) },
  { title: "All of it by table", cell: (boot) => againCell(boot, "table_", [...WORKLOADS, ...UDP_WORKLOADS, LOSSES]) },
  { title: "UDP flows", cell: (boot) => workloadCell(boot, "udp") },
  { title: "UDP, busy", cell: (boot) => workloadCell(boot, "udp_busy") },
  { title: "UDP, root given up", cell: (boot) => workloadCell(boot, "udp_unprivileged") },
  { title: "UDP, datagrams lost", cell: (boot) => workloadCell(boot, LOSSES) },
  { title: "Lost", cell: (boot) => valueOf(boot, "health", "events_lost") },
];

const PROGRAM_COLUMNS: readonly Column[] = [
  { title: "Linux", cell: versionText },
  { title: "TCP source", cell: (boot) => sampleOf(boot)?.source.tcp ?? "none" },
  { title: "UDP source", cell: (boot) => sampleOf(boot)?.source.udp ?? "none" },
  { title: "Held", cell: (boot) => programFault(boot) ?? `exact (${heldSockets(boot, sampleOf(boot)!)!.exact})` },
  { title: "doctor ends with", cell: (boot) => lineOf(boot, "doctor")?.values.get("status") ?? null },
];

const HEADINGS: Readonly<Record<string, string>> = {
  plain: "## As Debian ships them",
  confidentiality: "## With lockdown=confidentiality on the kernel's command line",
  program: "## The executable, run as `tcptop --once --json` beside the held connections, and `tcptop doctor`",
};

function tableText(boots: readonly Boot[], all: readonly Column[]): string {
  const columns = all.filter((column) => boots.some((boot) => column.cell(boot) !== null));
  const row = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [
    row(columns.map((column) => column.title)),
    row(columns.map(() => "---")),
    ...boots.map((boot) => row(columns.map((column) => column.cell(boot) ?? "-"))),
  ].join("\n");
}

/** What a kernel refused, a line each. */
function refusals(boots: readonly Boot[]): string[] {
  return boots.flatMap((boot) =>
    boot.lines.filter((line) => line.about === "program" && !attaches(line))
      .map((line) => {
        const loaded = line.values.get("load") === "yes";
        const errno = loaded ? line.values.get("attach") : line.values.get("load");
        return `- ${boot.series}: \`${line.name}\` (${line.values.get("hook")}) does not ${
          loaded ? "attach" : "load"
        }: ${errno}${line.text ? `, "${line.text}"` : ""}`;
      })
  );
}

const INTRODUCTION = `# Kernels

Stock Debian kernels, booted under emulation by \`scripts/matrix\`, which writes this page: those of x86_64, and some of aarch64 (arm64;
arm64-16k has pages of 16 KiB, as a Raspberry Pi 5 has). On each one the shim loads and attaches every program, then meets traffic
whose bytes and processes are known, IPv4 and IPv6:

- "Open before": 20 sockets that were there before it started; "Held": 92 that stay open (1,009 bytes one way, 503 the other);
- "Short": 400 sockets of connections that end at once (101 bytes each way);
- "UDP flows": 28, from connected and unconnected sockets (13 datagrams of 307 bytes one way, 211 the other);
- "UDP, busy": a flow of 3,210 datagrams, of which the last 2,003 have to be counted in the place that such a flow has;
  from 6.2 on by the programs whose names end in \`_types\`;
- "Root given up": the held sockets, then the flows, once more, described anew and with their owners looked for, after root and its
  capabilities have been given up; "Closed": the last records of the held sockets;
- "UDP, datagrams lost": of 301 that one socket was sent, those that found its buffer full, counted without privileges;
- "All of it by table": TCP and UDP once more with the sockets in a table instead of socket storage, as on kernels that are hardened
  against walking over that; it takes Linux 6.2;
- "Verified at most": instructions that the kernel's verifier went through for the program that took the most; beyond a million it refuses;
- "All of it by netlink": the TCP part once more with that source. "inet_diag" says whether the mirror still has that module of the
  kernel; netlink needs it.

"Exact" means that every byte count, owner and name of every socket and flow is what it was, and the direction of every connection.
Where TCP comes from netlink, two things cannot be known and are not compared: owners and directions of connections that end at
once, and owners of UDP sockets that are older than tcptop.
"Lost" counts records that found the ring buffer full. Emulation says nothing about speed.`;

/** Seen with the same boots, on kernels that scripts/matrix cannot fetch. */
const BY_HAND = `## Built by hand

Not from a distribution, but built from a public tree with a small configuration, and not booted again when this page is written.

| Linux | Seen | TCP programs that attach | UDP programs that attach | TCP source | UDP source | Workloads | All of it by netlink | The executable: held | doctor ends with |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
| 5.15.85, x86_64 | 2026-11-28 | 6 of 6 | 9 of 9 | bpf | bpf | exact | exact | exact (92) | 0 |`;

/** The page. `missing`: series that the mirror does not have. */
export function pageText(
  boots: readonly Boot[],
  missing: readonly string[],
  date: string,
  built: string,
): string {
  const modes = [
    ...new Set(
      boots.map((boot) => valueOf(boot, "package", "mode") ?? "plain"),
    ),
  ];
  const parts = [
    INTRODUCTION,
    `Run on ${date}${built && `, built with ${built}`}.`,
  ];
  for (const mode of modes) {
    const of = boots.filter((boot) => (valueOf(boot, "package", "mode") ?? "plain") === mode);
    parts.push(HEADINGS[mode], tableText(of, mode === "program" ? PROGRAM_COLUMNS : COLUMNS));
    const refused = refusals(of);
    if (refused.length > 0) parts.push(refused.join("\n"));
  }
  parts.push(BY_HAND);
  if (missing.length > 0) {
    parts.push(
      `The mirror has no kernel of these series: ${missing.join(", ")}.`,
    );
  }
  return parts.join("\n\n") + "\n";
}

/** `RESULTS DATE BUILT SERIES...`: the page on standard output, a verdict on each boot on standard error. */
async function main(
  [results, date, built, ...series]: string[],
): Promise<number> {
  const boots: Boot[] = [];
  const missing: string[] = [];
  for (const name of series) {
    for (const mode of ["plain", "confidentiality", "program"]) {
      const text = await Deno.readTextFile(`${results}/${name}.${mode}`).catch(
        () => null,
      );
      if (text !== null) boots.push(readBoot(name, text));
      else if (mode === "plain") missing.push(name);
    }
  }
  console.log(pageText(boots, missing, date, built).trimEnd());
  let failed = 0;
  for (const boot of boots) {
    const why = fault(boot) ?? (valueOf(boot, "package", "mode") === "program" ? programFault(boot) : null);
    const what = `Linux ${versionText(boot)}, ${valueOf(boot, "package", "mode")}`;
    console.error(why === null ? `ok      ${what}` : `FAILED  ${what}: ${why}`);
    if (why !== null) failed++;
  }
  console.error(`${boots.length - failed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
