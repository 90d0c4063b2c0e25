import type { Note } from "../system/source_info.ts";
import type { Sample } from "../flow/sample.ts";
import { type AcceptQueue, acceptQueue, hasOwner, isListener, isTcp, rxBytes } from "../flow/row.ts";
import { harmlessName } from "../harmless.ts";
import { processName } from "./flow.ts";
import { counted, thousands } from "./units.ts";

/** What the user must know about this sample: the source's own limits, and everything that was lost. */
export function notesOf(sample: Sample): Note[] {
  const notes = notesButOwners(sample);
  for (const tcp of [true, false]) {
    const count = unattributed(sample, tcp);
    if (count === 0) continue;
    const [code, message, remedy] = whyUnattributed(sample, tcp);
    notes.push({ code, message: counted(count, message), remedy });
  }
  return notes;
}

/** The same without how many flows have no owner. */
export function notesButOwners(sample: Sample): Note[] {
  const {
    eventsLost,
    recordsInvalid,
    flowsEvicted,
    socketsUntracked,
    socketsApart,
    datagramsUntracked,
    snapshotErrors,
    dropsUntracked,
    dnsUnread,
    dnsNamesEvicted,
  } = sample.health;
  const notes: Note[] = [...sample.source.notes];
  const add = (count: number, code: string, message: string, remedy: string | null) => {
    if (count > 0) notes.push({ code, message: counted(count, message), remedy });
  };
  const byNetlink = sample.source.tcp === "netlink";
  add(
    eventsLost,
    "events_lost",
    `[record was|records were] lost, as a rule because the ${byNetlink ? "socket's queue" : "ring buffer"} was full: ` +
      "connections may be missing, or lack their last bytes",
    byNetlink
      ? "Run it as root, whose queue is larger, or raise net.core.rmem_max"
      : "Try a larger --ring-size, such as 16M",
  );
  const of = sample.source.tcp === "nettop" ? "of nettop's output " : "";
  const unread = sample.source.tcp === "nettop" ? ["line", "lines"] : ["record", "records"];
  add(
    recordsInvalid,
    "records_invalid",
    `[${unread[0]} ${of}could not be read and was|${unread[1]} ${of}could not be read and were] skipped`,
    "It is a fault of tcptop's: report it with what tcptop --version and tcptop doctor say",
  );
  add(
    flowsEvicted,
    "flows_evicted",
    "UDP [flow was taken out before its time because the table was full: the one that was|flows were taken out before their time because " +
      "the table was full: the ones that were] idle for longest",
    "Try a shorter --udp-timeout",
  );
  add(
    datagramsUntracked,
    "datagrams_untracked",
    "UDP [datagram is|datagrams are] in no flow: the table was full, or [its|their] UDP header was not where it could be read (IPsec)",
    "Try a shorter --udp-timeout",
  );
  add(
    socketsUntracked,
    "sockets_untracked",
    "[time|times] a socket could not be followed: the kernel had no memory for it, or room in its table",
    byNetlink ? "Free memory" : "Free memory, or, with more than 262,144 sockets, try --source netlink",
  );
  add(
    socketsApart,
    "sockets_apart",
    "TCP [connection is|connections are] in the totals alone, without a row or bytes: the table of sockets was full when [it|they] began",
    "Try --source netlink, which has no table",
  );
  add(
    snapshotErrors,
    "snapshot_errors",
    "[snapshot was|snapshots were] incomplete: the figures of some flows are from before",
    "The next ones make up for it. If the number goes on growing there is too little CPU time, memory or room for open files (ulimit -n)",
  );
  add(
    dnsUnread,
    "dns_unread",
    "[answer of a name server was|answers of name servers were] not looked at: more than 1,000 came in a second, or the ring buffer was half full. " +
      "Connections may lack a name, or have an older one",
    "Try a larger --ring-size, such as 16M; --no-dns-watch leaves these names out",
  );
  add(
    dnsNamesEvicted,
    "dns_names_evicted",
    "[name that a process had asked a name server for was|names that processes had asked name servers for were] forgotten for newer ones: " +
      "connections that begin later may lack it",
    "Nothing else is missing; names that were asked for last are kept longest",
  );
  add(
    dropped(sample),
    "datagrams_dropped",
    "UDP [datagram|datagrams] came in since the last sample and never reached [its|their] process: its receive buffer was full, or a filter of its " +
      "own refused [it|them]",
    "Filter dropped>0 shows whose; raise SO_RCVBUF there and net.core.rmem_max here, or read faster",
  );
  add(
    dropsUntracked,
    "drops_untracked",
    "dropped [packet is|packets are] told by reason alone: so many flows had packets dropped that the table was full",
    "Look at the totals of JSON for the reason; as a rule somebody sends to ports or from addresses that change with each packet",
  );
  add(
    tunnels(sample),
    "kernel_tunnels",
    "UDP [socket carries a tunnel|sockets carry tunnels] of the kernel's (VXLAN, WireGuard, FOU, IPsec): [its|their] datagrams are not counted; what " +
      "programs of this machine send and receive through the tunnel is, in flows of its own",
    "ip -s link counts by device what goes through a tunnel (ip -s link show type vxlan), ip -s xfrm state what IPsec encapsulates",
  );
  notes.push(...fullQueues(sample));
  return notes;
}

/** As many as a reader takes in; a machine in trouble may have hundreds. */
const MOST_QUEUES = 3;

/** Listeners that turn connections away, because more wait than may. */
function fullQueues(sample: Sample): Note[] {
  const { flows, length } = sample, notes: Note[] = [];
  for (let row = 0; row < length && notes.length < MOST_QUEUES; row++) {
    const queue = acceptQueue(flows, row);
    if (queue === null || queue.length <= queue.limit && flows.overflowsDelta[row] === 0) continue;
    const owner = harmlessName(processName(sample, row) ?? "a process that is not known");
    const waits = counted(queue.length, `[connection waits|connections wait] where ${thousands(queue.limit)} may`);
    notes.push({
      code: "accept_queue_full",
      message: `${owner} does not accept fast enough on port ${flows.localPort[row]}: ${waits}${turnedAway(queue)}`,
      remedy:
        "Look at what it does; the limit is the backlog that it gives to listen(), and net.core.somaxconn at most",
    });
  }
  return notes;
}

function turnedAway({ length, limit, overflows, overflows_at_most: bound }: AcceptQueue): string {
  const now = length > limit ? ", and further ones are turned away" : "";
  if (!bound) return now;
  const count = overflows === null
    ? `at most ${counted(bound, "[attempt|attempts]")}`
    : counted(overflows, "[attempt|attempts]");
  return `${now === "" ? ", and it has been full" : now}: ${count} to connect since tcptop began`;
}

function dropped({ flows, length }: Sample): number {
  let count = 0;
  for (let row = 0; row < length; row++) count += flows.rxDroppedDelta[row];
  return count;
}

/** Where the programs count UDP, no other row is without bytes. By netlink all are, which has a note of its own. */
function tunnels({ flows, length, source }: Sample): number {
  if (source.udp !== "bpf") return 0;
  let count = 0;
  for (let row = 0; row < length; row++) {
    if (!isTcp(flows, row) && rxBytes(flows, row) === null && !flows.closed[row]) count++;
  }
  return count;
}

function unattributed({ flows, length }: Sample, tcp: boolean): number {
  let count = 0;
  for (let row = 0; row < length; row++) if (!hasOwner(flows, row) && isTcp(flows, row) === tcp) count++;
  return count;
}

function someUnattributed({ flows, length }: Sample, listeners: boolean): boolean {
  for (let row = 0; row < length; row++) {
    if (!hasOwner(flows, row) && isTcp(flows, row) && isListener(flows, row) === listeners) return true;
  }
  return false;
}

/** Notes that explain why an owner is not known, by code: the note itself has the remedy. */
const REFUSED: ReadonlyMap<string, string> = new Map([
  ["own_processes_only", "that may not be looked into without CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH"],
  ["processes_refused", "that may not be looked into in spite of CAP_SYS_PTRACE"],
]);
const CLOSED = "[was|were] closed and still [sends|send]";
/** Nobody has to accept a listener, and none sends: its holder is out of sight. A hardened kernel shows nobody the first process's descriptors. */
const LISTENS =
  "[listens|listen] for the kernel itself, from io_uring's own table, or for a process that this kernel hides";

/** Code, what stands behind the number, and the remedy. Only a source that visits every descriptor can say more than that it does not
 * know. */
function whyUnattributed(sample: Sample, tcp: boolean): [string, string, string | null] {
  const { source } = sample;
  const remedyOf = (code: string) => source.notes.find((note) => note.code === code)?.remedy ?? null;
  const subject = tcp ? "TCP [socket has|sockets have]" : "UDP [flow has|flows have]";
  const why = (owner: string, reason: string, remedy: string | null): [string, string, string | null] => [
    "unattributed",
    `${subject} no ${owner}: ${reason}`,
    remedy,
  ];
  const inside = remedyOf("pid_namespace"), refused = source.notes.find(({ code }) => REFUSED.has(code));
  const outside = "[it belongs|they belong] to processes outside of tcptop's PID namespace";
  if ((tcp ? source.tcp : source.udp) === "netlink") {
    const ended = "[it|they] ended before [it|they] could be looked up";
    if (refused !== undefined) {
      const processes = `[it belongs|they belong] to processes ${REFUSED.get(refused.code)}`;
      return why("known owner", `${processes}, or ${ended}`, refused.remedy);
    }
    if (inside !== null) return why("known owner", `${outside}, or ${ended}`, inside);
    return why("known owner", `${ended}, or no process holds [it|them]`, null);
  }
  if (tcp) {
    if (inside !== null) return why("owner", `${outside}, [waits|wait] to be accepted, or ${CLOSED}`, inside);
    const connects = someUnattributed(sample, false) ? ["[waits|wait] to be accepted", CLOSED] : [];
    const reasons = someUnattributed(sample, true) ? [...connects, LISTENS] : connects;
    return why("owner", `no process that can be seen holds [it|them]: [it|they] ${reasons.join(", or ")}`, null);
  }
  const restart = "Restart what uses such sockets";
  if (source.tcp !== "bpf") return why("known owner", "[its socket is|their sockets are] older than tcptop", restart);
  const nobody = "no process has a descriptor of [it|them] (io_uring's own table, or sent and not yet received)";
  return why("known owner", `[it is|they are] older than tcptop, and ${nobody}`, restart);
}
