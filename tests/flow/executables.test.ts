import { strictEqual } from "node:assert/strict";
import { ProcessLayout, Tag } from "../../src/wire/layout.ts";
import { Feed } from "../support/feed.ts";
import { comm, live, record, tick } from "../support/records.ts";

/** pid 1234, called curl, began at second 3. */
function process(exe: string, fields: { tgid?: number; startNs?: number; comm?: Uint8Array } = {}): Uint8Array {
  const { byteLength } = ProcessLayout;
  const filled = { tgid: 1234, startNs: 3e9, comm: comm("curl"), ...fields, exe: comm(exe) };
  return record(ProcessLayout, { tag: Tag.process, size: byteLength, ...filled });
}

/** The executable of the one flow of pid 1234 once the records have come. */
function exeOf(called: string, ...records: Uint8Array[]): string | null {
  const feed = new Feed();
  const { flows } = feed.sample(...records, live({ ownerStartNs: 3e9, comm: comm(called) }), tick(2000));
  return feed.tables.executables.of(flows, 0);
}

Deno.test("Executables.of() knows a process by its start", () => {
  strictEqual(exeOf("curl", process("curl-7.88")), "curl-7.88");
  strictEqual(exeOf("curl", process("curl-7.88", { startNs: 4e9 })), null);
  strictEqual(exeOf("curl", process("curl-7.88"), process("later", { startNs: 4e9 })), null);
  strictEqual(exeOf("curl", process("curl-7.88", { tgid: 9 })), null);
});

Deno.test("Executables.of() tells what a process was before exec() from what it is", () => {
  const before = process("bash", { comm: comm("bash") }), after = process("curl-7.88");
  strictEqual(exeOf("bash", before, after), "bash");
  strictEqual(exeOf("curl", before, after), "curl-7.88");
  strictEqual(exeOf("renamed", before, after), "curl-7.88");
});

Deno.test("Executables.of() has the whole of the longest name, and null for one that could not be read", () => {
  strictEqual(exeOf("curl", process("n".repeat(255))), "n".repeat(255));
  strictEqual(exeOf("curl", process("")), null);
});

Deno.test("Executables.of() forgets processes without flows, and keeps those that have one", () => {
  const feed = new Feed();
  const { flows } = feed.sample(process("curl-7.88"), live({ ownerStartNs: 3e9 }), tick(2000));
  for (let tgid = 10_000; tgid < 60_000; tgid++) {
    feed.decoder.decode(process("short", { tgid }));
    if (tgid % 1000 === 0) strictEqual(feed.tables.executables.of(flows, 0), "curl-7.88");
  }
  flows.tgid[0] = 10_000;
  strictEqual(feed.tables.executables.of(flows, 0), null);
});

Deno.test("Executables.ancestorsOf() has those of the first record, also once a parent has ended", () => {
  const feed = new Feed(), first = process("sh"), later = process("curl-7.88");
  const view = new DataView(first.buffer);
  [77, 5, 1].forEach((pid, i) => view.setUint32(ProcessLayout.ancestors + i * 4, pid, true));
  new DataView(later.buffer).setUint32(ProcessLayout.ancestors, 1, true);
  const { flows } = feed.sample(first, later, live({ ownerStartNs: 3e9 }), tick(2000));
  strictEqual(feed.tables.executables.ancestorsOf(flows, 0), "77 5 1");
  flows.ownerStartNs[0] = 4e9;
  strictEqual(feed.tables.executables.ancestorsOf(flows, 0), null);
});

Deno.test("Executables.ancestorsOf() has the parent's name behind the pids, whatever it is, and no later process's", () => {
  const withParent = (name: string, fields = {}) => {
    const made = process("sh", fields);
    new DataView(made.buffer).setUint32(ProcessLayout.ancestors, 77, true);
    made.set(comm(name), ProcessLayout.parent);
    return made;
  };
  const of = (...records: Uint8Array[]) => {
    const feed = new Feed(), { flows } = feed.sample(...records, live({ ownerStartNs: 3e9 }), tick(2000));
    return feed.tables.executables.ancestorsOf(flows, 0);
  };
  strictEqual(of(withParent("bash")), "77\nbash");
  strictEqual(of(withParent("a\nb 9 \x1b[31m")), "77\na\nb 9 \x1b[31m");
  strictEqual(of(withParent("bash"), withParent("systemd")), "77\nbash");
  strictEqual(of(withParent("bash"), withParent("other", { startNs: 4e9 })), null);
  const earlier = withParent("bash").slice(0, ProcessLayout.parent);
  new DataView(earlier.buffer).setUint16(ProcessLayout.size, earlier.length, true);
  strictEqual(of(earlier), "77");
});

Deno.test("Executables.ancestorsOf() knows none from the shorter record of an older recording", () => {
  const feed = new Feed(), whole = process("curl-7.88"), older = whole.slice(0, ProcessLayout.ancestors);
  new DataView(older.buffer).setUint16(ProcessLayout.size, older.length, true);
  const { flows } = feed.sample(older, live({ ownerStartNs: 3e9 }), tick(2000));
  strictEqual(feed.tables.executables.of(flows, 0), "curl-7.88");
  strictEqual(feed.tables.executables.ancestorsOf(flows, 0), null);
});
