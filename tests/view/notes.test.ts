import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { Unknown } from "../../src/flow/columns.ts";
import { notesOf } from "../../src/view/notes.ts";
import { fakeSample } from "./fake_sample.ts";

Deno.test("notesOf() says nothing of a sample in which everything is known", () => {
  deepStrictEqual(notesOf(fakeSample([{}, { protocol: "udp" }])), []);
});

Deno.test("notesOf() says why flows have no owner, TCP and UDP apart", () => {
  const unowned = { process: null };
  const notes = notesOf(fakeSample([unowned, unowned, { ...unowned, protocol: "udp" }, {}]));
  deepStrictEqual(notes.map(({ code }) => code), ["unattributed", "unattributed"]);
  const first = "2 TCP sockets have no owner: no process that can be seen holds them: they wait to be accepted, or ";
  strictEqual(notes[0].message, `${first}were closed and still send`);
  match(notes[1].message, /^1 UDP flow has no known owner: it is older/);
});

Deno.test("notesOf() does not say of a listener without an owner that it waits or sends", () => {
  const unowned = { process: null }, listener = { ...unowned, state: "LISTEN", remotePort: 0 };
  const LISTENS = "for the kernel itself, from io_uring's own table, or for a process that this kernel hides";
  const message = (...flows: object[]) => notesOf(fakeSample(flows))[0].message;
  strictEqual(
    message(listener),
    `1 TCP socket has no owner: no process that can be seen holds it: it listens ${LISTENS}`,
  );
  match(
    message(listener, unowned),
    new RegExp(`: they wait to be accepted, or were closed and still send, or listen ${LISTENS}$`),
  );
});

Deno.test("notesOf() does not claim to have looked everywhere where it has not", () => {
  const source = { tcp: "netlink", udp: "bpf", notes: [] };
  const [note] = notesOf(fakeSample([{ process: null, protocol: "udp" }], { source }));
  strictEqual(note.message, "1 UDP flow has no known owner: its socket is older than tcptop");
  match(note.remedy!, /^Restart/);
});

Deno.test("notesOf() says which capability is missing where processes may not be looked at, and no owner is known", () => {
  const own = { code: "own_processes_only", message: "", remedy: "Run it with sudo" };
  const source = { tcp: "netlink", udp: "netlink", notes: [own] };
  const [, tcp, udp] = notesOf(fakeSample([{ process: null }, { process: null, protocol: "udp" }], { source }));
  for (const { message, remedy } of [tcp, udp]) {
    match(
      message,
      /: it belongs to processes that may not be looked into without CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH, or /,
    );
    strictEqual(remedy, own.remedy);
  }
});

Deno.test("notesOf() counts what was lost, with what helps", () => {
  const { health } = fakeSample([]);
  const notes = notesOf(fakeSample([], { health: { ...health, flowsEvicted: 1234, datagramsUntracked: 5 } }));
  deepStrictEqual(notes.map(({ code }) => code), ["flows_evicted", "datagrams_untracked"]);
  match(notes[0].message, /^1,234 UDP flows/);
  match(notes[0].remedy!, /--udp-timeout/);
});

Deno.test("notesOf() counts the sockets of the kernel's tunnels, where other UDP has figures", () => {
  const carrier = { protocol: "udp", unknown: Unknown.bytes } as const;
  const rows = [carrier, { protocol: "udp" }, carrier, { ...carrier, closed: true }, {
    unknown: Unknown.bytes,
  }] as const;
  const [note, ...more] = notesOf(fakeSample(rows));
  deepStrictEqual([note.code, more], ["kernel_tunnels", []]);
  match(
    note.message,
    /^2 UDP sockets carry tunnels of the kernel's \(VXLAN, WireGuard, [^[|]+: their datagrams are not counted;/,
  );
  match(notesOf(fakeSample([carrier]))[0].message, /^1 UDP socket carries a tunnel .+: its datagrams/);
  deepStrictEqual(notesOf(fakeSample(rows, { source: { tcp: "bpf", udp: "netlink", notes: [] } })), []);
});

Deno.test("notesOf() has a remedy for whatever health can count", () => {
  const { health } = fakeSample([]);
  const lost = Object.fromEntries(Object.keys(health).map((name) => [name, name === "events" ? 0 : 7]));
  const notes = notesOf(fakeSample([], { health: { ...health, ...lost } }));
  strictEqual(notes.length, Object.keys(health).length - 1);
  deepStrictEqual(notes.filter(({ remedy }) => remedy === null), []);
});

Deno.test("notesOf() says one as one, whatever it is", () => {
  const { health } = fakeSample([]), rows = [{ process: null }, { process: null, protocol: "udp" as const }];
  const all = {
    ...health,
    eventsLost: 1,
    recordsInvalid: 1,
    flowsEvicted: 1,
    socketsUntracked: 1,
    socketsApart: 1,
    datagramsUntracked: 1,
    snapshotErrors: 1,
  };
  for (const tcp of ["bpf", "netlink"]) {
    for (const udp of ["bpf", "netlink"]) {
      for (const { message } of notesOf(fakeSample(rows, { health: all, source: { tcp, udp, notes: [] } }))) {
        match(message, /^1 (record|UDP flow|UDP datagram|time|snapshot|TCP socket|TCP connection) [^[\]|]+$/);
      }
    }
  }
});

Deno.test("notesOf() has the reason and the remedy of the source where owners may not be looked into", () => {
  const note = { message: "", code: "own_processes_only", remedy: "Run it with sudo" };
  const outside = { message: "", code: "pid_namespace", remedy: "Start it in the host's" };
  const only = (tcp: string, udp: string, one: typeof note, protocol: "tcp" | "udp") =>
    notesOf(fakeSample([{ process: null, protocol }], { source: { tcp, udp, notes: [one] } })).at(-1)!;
  strictEqual(only("netlink", "bpf", note, "tcp").remedy, "Run it with sudo");
  match(only("netlink", "netlink", note, "udp").message, /may not be looked into/);
  strictEqual(only("netlink", "netlink", outside, "tcp").remedy, "Start it in the host's");
  match(only("bpf", "bpf", outside, "tcp").message, /^1 TCP socket has no owner: it belongs to processes outside/);
  match(only("bpf", "netlink", note, "udp").message, /^1 UDP flow/);
});

Deno.test("notesOf() says who turns connections away, also when the queue has room again", () => {
  const listener = { process: "deaf", state: "LISTEN", local: ["0.0.0.0", 8080], remote: ["0.0.0.0", 0] } as const;
  const sample = fakeSample([listener, listener, listener, listener]), { flows } = sample;
  flows.limitsKnown.fill(1);
  flows.sendQueue.set([5, 5, 5, 0]);
  flows.receiveQueue.set([6, 2, 2, 1]);
  flows.overflows.set([44, 7, 3, 0]);
  flows.overflowsDelta.set([44, 7, 0, 0]);
  flows.overflowsAre.set([1, 2, 1, 1]);
  const notes = notesOf(sample).filter(({ code }) => code === "accept_queue_full").map(({ message }) => message);
  deepStrictEqual(notes, [
    "deaf does not accept fast enough on port 8080: 6 connections wait where 5 may, and further ones are turned away: 44 attempts to connect since " +
    "tcptop began",
    "deaf does not accept fast enough on port 8080: 2 connections wait where 5 may, and it has been full: at most 7 attempts to connect since tcptop " +
    "began",
    "deaf does not accept fast enough on port 8080: 1 connection waits where 0 may, and further ones are turned away",
  ]);
});
