/** The tools that are measured side by side, each as a user would run it. */
import { fromBpftrace, fromDocuments, fromSs, fromTcplife, fromTotals, type Reader, tellsNothing } from "./report.ts";

export interface Tool {
  readonly name: string;
  readonly command: readonly string[];
  readonly reads: Reader;
  /** It writes something once it is at work, by itself. */
  readonly greets: boolean;
}

const BPFTRACE = "tracepoint:sock:inet_sock_set_state /args->newstate == 7/ { @[comm] = count(); }";
const POLL = "trap exit INT; while :; do echo @$EPOCHREALTIME; ss -tinpOH; sleep 1; done";

/** On a terminal of its own: `script` makes one. */
function onTerminal(program: string): string[] {
  return [
    "script",
    "--quiet",
    "--command",
    `stty rows 40 cols 160; TERM=xterm-256color exec '${program}' --no-resolve`,
    "/dev/null",
  ];
}

export const SCREEN = "tcptop screen", LIMITED = "tcptop --json -l 50", FULL = "tcptop --json";

function own(name: string, command: readonly string[], reads: Reader): Tool {
  return { name, command, reads, greets: true };
}

function peer(name: string, command: readonly string[], reads: Reader = tellsNothing): Tool {
  return { name, command, reads, greets: false };
}

/** `program` is tcptop. */
export function tools(program: string): readonly Tool[] {
  return [
    own(SCREEN, onTerminal(program), tellsNothing),
    own(LIMITED, [program, "--json", "--limit", "50"], fromTotals),
    own(FULL, [program, "--json"], fromDocuments),
    peer("tcplife", ["/usr/sbin/tcplife"], fromTcplife),
    peer("tcptop of libbpf-tools", ["/usr/sbin/tcptop", "1"]),
    peer("nethogs", ["nethogs", "-t", "-a", "-d", "1"]),
    peer("iftop", ["iftop", "-t", "-n", "-N", "-i", "lo"]),
    peer("ss each second", ["bash", "-c", POLL], fromSs),
    peer("bpftrace", ["bpftrace", "-e", BPFTRACE], fromBpftrace),
  ];
}
