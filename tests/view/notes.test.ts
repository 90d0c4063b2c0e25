import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { notesOf } from "../../src/view/notes.ts";
import { fakeSample } from "./fake_sample.ts";

Deno.test("notesOf() says nothing of a sample in which everything is known", () => {
  deepStrictEqual(notesOf(fakeSample([{}, { protocol: "udp" }])), []);
});

Deno.test("notesOf() says why flows have no owner, TCP and UDP apart", () => {
  const unowned = { process: null };
  const notes = notesOf(fakeSample([unowned, unowned, { ...unowned, protocol: "udp" }, {}]));
  deepStrictEqual(notes.map(({ code }) => code), ["unattributed", "unattributed"]);
  match(notes[0].message, /^2 TCP sockets have no owner: no process holds them/);
  match(notes[1].message, /^1 UDP flows have no known owner/);
});

Deno.test("notesOf() does not claim to have looked everywhere where it has not", () => {
  const source = { tcp: "netlink", udp: "bpf", notes: [] };
  const [note] = notesOf(fakeSample([{ process: null, protocol: "udp" }], { source }));
  strictEqual(note.message, "1 UDP flows have no known owner: their sockets are older than tcptop");
});

Deno.test("notesOf() counts what was lost, with what helps", () => {
  const { health } = fakeSample([]);
  const notes = notesOf(fakeSample([], { health: { ...health, flowsEvicted: 1234, datagramsUntracked: 5 } }));
  deepStrictEqual(notes.map(({ code }) => code), ["flows_evicted", "datagrams_untracked"]);
  match(notes[0].message, /^1,234 UDP flows/);
  match(notes[0].remedy!, /--udp-timeout/);
});
