/** From what a Mac lets us do to what is missing. Pure. */
import type { Check, Diagnosis } from "../diagnosis.ts";
import type { SourceInfo } from "../source_info.ts";
import type { Reach } from "./pcblist.ts";

/** What was asked of the system. null: it did not answer. */
export interface MacFacts {
  /** Of process 1, which is root's. */
  readonly launchdPath: string | null;
  /** Login name of user 0. */
  readonly rootName: string | null;
  /** In net.inet.tcp.pcblist_n. */
  readonly tcpSockets: number | null;
  /** Whose sockets the lists of both protocols have. */
  readonly reach: Reach;
}

const FALLBACK = "nettop_fallback";
const SANDBOX = "Start tcptop from a terminal: a program in the App Sandbox may not run nettop";
const SUDO = "Run it with sudo: from macOS 27 on only root is given all sockets";

/** `source` is what a run has come to; null: nothing could be opened. */
export function diagnoseMac(facts: MacFacts, source: SourceInfo | null): Diagnosis {
  const { tcp = null, udp = null, notes = [] } = source ?? {};
  const { launchdPath, rootName } = facts;
  const works = tcp === "nettop", best = works && !notes.some(({ code }) => code === FALLBACK);
  const list = listCheck(facts, works);
  const remedy = works ? null : list.remedy === null ? SANDBOX : `${SANDBOX}. ${list.remedy}`;
  const checks: Check[] = [
    {
      id: "nettop",
      title: "nettop",
      ok: works,
      needed: true,
      detail: works ? "gives a table of connections and bytes" : "gives no table",
      remedy,
    },
    {
      id: "nettop_columns",
      title: "its columns",
      ok: best,
      needed: true,
      detail: best ? "all that are asked for" : "not all that are asked for",
      remedy: null,
    },
    lesser("proc_pidpath", "libproc", launchdPath === null ? null : `names other users' processes: ${launchdPath}`),
    lesser("getpwuid", "user names", rootName === null ? null : `user 0 is ${rootName}`),
    list,
  ];
  return { tcp, udp, best, checks, remedy };
}

/** The list that is used for want of nettop. */
function listCheck({ tcpSockets, reach }: MacFacts, works: boolean): Check {
  const id = "pcblist", title = "list of sockets";
  if (tcpSockets === null) return lesser(id, title, null);
  if (reach === "all") return lesser(id, title, `${tcpSockets} TCP sockets, for want of nettop`);
  const detail = reach === "none"
    ? "is empty, and of no use for want of nettop"
    : `only your own ${tcpSockets} TCP sockets, for want of nettop`;
  return { id, title, ok: false, needed: false, detail, remedy: works ? null : SUDO };
}

/** Of what can be done without. */
function lesser(id: string, title: string, found: string | null): Check {
  return { id, title, ok: found !== null, needed: false, detail: found ?? "does not answer", remedy: null };
}
