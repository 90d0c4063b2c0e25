import type { Note } from "../source/source.ts";
import type { Sample } from "../flow/sample.ts";
import { hasOwner, isTcp } from "./flow.ts";

/** What the user must know about this sample: the source's own limits, and everything that was lost. */
export function notesOf(sample: Sample): Note[] {
  const { eventsLost, recordsInvalid, flowsEvicted, socketsUntracked, datagramsUntracked, snapshotErrors } =
    sample.health;
  const notes: Note[] = [...sample.source.notes];
  const add = (count: number, code: string, message: string, remedy: string | null) => {
    if (count > 0) notes.push({ code, message: `${count.toLocaleString("en-US")} ${message}`, remedy });
  };
  const byNetlink = sample.source.tcp === "netlink";
  add(
    eventsLost,
    "events_lost",
    `records were lost, as a rule because the ${byNetlink ? "socket's queue" : "ring buffer"} was full: ` +
      "connections may be missing, or lack their last bytes",
    byNetlink
      ? "Run it as root, whose queue is larger, or raise net.core.rmem_max"
      : "Try a larger --ring-size, such as 16M",
  );
  add(recordsInvalid, "records_invalid", "records could not be read and were skipped", null);
  add(
    flowsEvicted,
    "flows_evicted",
    "UDP flows were taken out before their time because the table was full: the ones that were idle for longest",
    "Try a shorter --udp-timeout",
  );
  add(
    datagramsUntracked,
    "datagrams_untracked",
    "UDP datagrams are in no flow: the table was full, or their UDP header was not where it could be read (IPsec)",
    "Try a shorter --udp-timeout",
  );
  add(
    socketsUntracked,
    "sockets_untracked",
    "times a socket could not be followed: the kernel had no memory for it, or room in its table",
    null,
  );
  add(snapshotErrors, "snapshot_errors", "snapshots were incomplete: the figures of some flows are from before", null);
  add(
    dropped(sample),
    "datagrams_dropped",
    "UDP datagrams came in since the last sample and never reached their process: its receive buffer was full, or a filter of its " +
      "own refused them",
    "Filter dropped>0 shows whose; raise SO_RCVBUF there and net.core.rmem_max here, or read faster",
  );
  for (const tcp of [true, false]) add(unattributed(sample, tcp), ...whyUnattributed(sample, tcp));
  return notes;
}

function dropped({ flows, length }: Sample): number {
  let count = 0;
  for (let row = 0; row < length; row++) count += flows.rxDroppedDelta[row];
  return count;
}

function unattributed({ flows, length }: Sample, tcp: boolean): number {
  let count = 0;
  for (let row = 0; row < length; row++) if (!hasOwner(flows, row) && isTcp(flows, row) === tcp) count++;
  return count;
}

/** Code, message and remedy. Only a source that visits every descriptor can say more than that it does not know. */
function whyUnattributed({ source }: Sample, tcp: boolean): [string, string, string | null] {
  const isInside = source.notes.some(({ code }) => code === "pid_namespace");
  if (source.tcp !== "bpf") {
    const what = tcp ? "TCP sockets have no known owner: " : "UDP flows have no known owner: ";
    const why = tcp
      ? isInside
        ? "they belong to processes outside of tcptop's PID namespace, or ended before they could be looked up"
        : "they ended before they could be looked up, or no process holds them"
      : "their sockets are older than tcptop";
    return ["unattributed", what + why, null];
  }
  if (tcp) {
    const why = isInside
      ? "they belong to processes outside of tcptop's PID namespace, wait to be accepted, or were closed and still send"
      : "no process holds them: they wait to be accepted, or were closed and still send";
    return ["unattributed", `TCP sockets have no owner: ${why}`, null];
  }
  const why =
    "they are older than tcptop, and no process has a descriptor of them (io_uring's own table, or sent and not yet received)";
  return ["unattributed", `UDP flows have no known owner: ${why}`, "Restart the program that uses them"];
}
