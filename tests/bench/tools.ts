/** The tools that are measured side by side, each as a user would run it. */
import {
  fromBandwhich,
  fromBpftrace,
  fromDocuments,
  fromEventLines,
  fromEvents,
  fromRustnet,
  fromSs,
  fromTcplife,
  fromTotals,
  type Reader,
  tellsNothing,
} from "./report.ts";

export interface Tool {
  readonly name: string;
  readonly command: readonly string[];
  readonly reads: Reader;
  /** It writes something once it is at work, by itself. */
  readonly greets: boolean;
  /** But not before a connection has ended: it is shown some until then. */
  readonly wantsEnds?: boolean;
  /** Why it cannot be had. */
  readonly absent?: string;
  /** What is to be known beside its figures. */
  readonly note?: string;
}

const BPFTRACE = "tracepoint:sock:inet_sock_set_state /args->newstate == 7/ { @[comm] = count(); }";
const POLL = "trap exit INT; while :; do echo @$EPOCHREALTIME; ss -tinpOH; sleep 1; done";

/** On a terminal of its own: `script` makes one. */
function onTerminal(command: string): string[] {
  return ["script", "--quiet", "--command", `stty rows 40 cols 160; TERM=xterm-256color exec ${command}`, "/dev/null"];
}

export const SCREEN = "tcptop screen", LIMITED = "tcptop --json -l 50", FULL = "tcptop --json";

function own(name: string, command: readonly string[], reads: Reader): Tool {
  return { name, command, reads, greets: true };
}

function peer(name: string, command: readonly string[], reads: Reader = tellsNothing): Tool {
  return { name, command, reads, greets: false };
}

const noted = (tool: Tool, note: string | null): Tool => note === null ? tool : { ...tool, note };

const CRATES = new URL("../../build/bench-tools/", import.meta.url).pathname;

/** A program that scripts/bench builds by cargo, when it is asked for. */
function ofCrate(name: string, command: (path: string) => string[], reads: Reader, note: string | null): Tool {
  const path = `${CRATES}bin/${name}`, tool = peer(name, command(path), reads);
  if (exists(path)) return noted(tool, note);
  const why = exists(`${CRATES}${name}.why`) ? Deno.readTextFileSync(`${CRATES}${name}.why`).trim() : null;
  return { ...tool, absent: why ?? "`./scripts/bench tools` builds it, by cargo, in some ten minutes" };
}

export function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}

/** Without a screen: it tells of all connections, once, at its end. */
const RUSTNET = "--interface lo --show-localhost --no-resolve-dns --no-geoip --headless --output json".split(" ");

/** Where the kernel has no kprobes its eBPF programs, which want kprobes or fentry, are not loaded. */
const withoutKprobes = () =>
  exists("/sys/bus/event_source/devices/kprobe")
    ? null
    : "its eBPF wants kprobes or fentry, which this kernel has not: it finds processes in /proc";

/** It compiles its programs when it starts. */
const withoutHeaders = () =>
  exists(`/lib/modules/${Deno.osRelease()}/build`) || exists("/sys/kernel/kheaders.tar.xz")
    ? null
    : "it wants the kernel's headers, which are not here, and kprobes";

/** tcptop's streams of what ends. `program` is tcptop. */
export const EVENTS = "tcptop --events", EVENTS_JSON = "tcptop --events --json", CSV = "tcptop --csv -";
export function streams(program: string): readonly Tool[] {
  return [
    { ...own(EVENTS_JSON, [program, "--events", "--json"], fromEvents), wantsEnds: true },
    { ...own(EVENTS, [program, "--events"], fromEventLines), wantsEnds: true },
    own(CSV, [program, "--csv", "-"], tellsNothing),
  ];
}

/** `program` is tcptop. */
export function tools(program: string): readonly Tool[] {
  return [
    own(SCREEN, onTerminal(`'${program}' --no-resolve`), tellsNothing),
    own(LIMITED, [program, "--json", "--limit", "50"], fromTotals),
    own(FULL, [program, "--json"], fromDocuments),
    peer("tcplife", ["/usr/sbin/tcplife"], fromTcplife),
    peer("tcptop of libbpf-tools", ["/usr/sbin/tcptop", "1"]),
    noted(peer("tcptop of bcc", ["/usr/sbin/tcptop-bpfcc", "--noclear", "1"]), withoutHeaders()),
    peer("nethogs", ["nethogs", "-t", "-a", "-d", "1"]),
    ofCrate("rustnet", (path) => [path, ...RUSTNET], fromRustnet, withoutKprobes()),
    ofCrate(
      "bandwhich",
      (path) => [path, "--raw", "--total-utilization", "--no-resolve", "--interface", "lo"],
      fromBandwhich,
      null,
    ),
    peer("iftop", ["iftop", "-t", "-n", "-N", "-i", "lo"]),
    peer("ss each second", ["bash", "-c", POLL], fromSs),
    peer("bpftrace", ["bpftrace", "-e", BPFTRACE], fromBpftrace),
  ];
}
