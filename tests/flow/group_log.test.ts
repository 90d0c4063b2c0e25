import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { EventLog } from "../../src/flow/event_log.ts";
import type { Sample } from "../../src/flow/sample.ts";
import type { GroupChange } from "../../src/flow/live_group.ts";
import type { GroupIdentity } from "../../src/output/group_facts.ts";
import { groupLog } from "../../src/output/group_events.ts";
import type { Grouping } from "../../src/view/group_key.ts";
import { chosenRows } from "../../src/view/selection.ts";
import { BOOT_WALL_MS, EventFeed } from "../support/event_feed.ts";
import { comm, counters, ended, live, opened, owner, tick } from "../support/records.ts";
import { TcpState } from "../../src/wire/tcp_state.ts";
import { cgroupOf, NO_CGROUP } from "../../src/flow/container.ts";

const MS = 1e6;
const choose = (sample: Sample) => chosenRows(sample, { filter: null, protocol: null, listeners: false });
/** Named as the outputs name groups. */
const log = (by: Grouping = "process") => groupLog(by, choose);

type Change = GroupChange<GroupIdentity>;

/** What there is to compare of most events. */
const brief = (changes: readonly Change[]) =>
  changes.map(({ event, identity, connections, rxBytes, durationUs, final }) => [
    event,
    identity.key,
    connections,
    rxBytes,
    durationUs,
    final,
  ]);

const opens = (cookie: number, ms: number, name = "curl") =>
  opened({ cookie, timeNs: ms * MS, openedNs: ms * MS, comm: comm(name) });
const ends = (cookie: number, fromMs: number, toMs: number, rxBytes: number, name = "curl") =>
  ended({ cookie, openedNs: fromMs * MS, timeNs: toMs * MS, rxBytes, txBytes: 3, retransmits: 2, comm: comm(name) });

Deno.test("GroupLog has what was open at the start in the group of what opens later, by peer too", () => {
  for (const by of ["peer", "process", "remote"] as const) {
    const feed = new EventFeed(), groups = log(by);
    const { flows, ...first } = feed.sample(live({ cookie: 1, openedNs: 0 }), tick(5 * MS));
    // Its other end is a row, and inside this machine.
    const known = { ...flows, pair: flows.pair.fill(7), inside: flows.inside.fill(1) };
    groups.look({ ...feed.batch(), ...first, flows: known });
    deepStrictEqual(groups.tell(feed.batch(opens(2, 10), ends(2, 10, 20, 1009))), [], by);
    deepStrictEqual(groups.tell(feed.batch(ends(1, 0, 30, 503))).map(({ connections }) => connections), [2], by);
  }
});

Deno.test("GroupLog tells of the first connection of a group and of the end of its last one", () => {
  const events = log().tell(
    new EventFeed().batch(opens(1, 10), opens(2, 20), ends(1, 10, 30, 1009), ends(2, 20, 40, 503), opens(3, 50)),
  );
  deepStrictEqual(events.slice(0, 2), [
    {
      event: "opened",
      wallMs: BOOT_WALL_MS + 10,
      identity: { key: "curl", process: "curl" },
      connections: 1,
      durationUs: null,
      rxBytes: null,
      txBytes: null,
      retransmits: null,
      final: null,
    },
    {
      event: "closed",
      wallMs: BOOT_WALL_MS + 40,
      identity: { key: "curl", process: "curl" },
      connections: 2,
      durationUs: 30_000,
      rxBytes: 1512,
      txBytes: 6,
      retransmits: 4,
      final: true,
    },
  ]);
  deepStrictEqual(brief(events.slice(2)), [["opened", "curl", 1, null, null, null]]);
});

Deno.test("GroupLog counts what was open before it, and does not call a later connection the first", () => {
  const feed = new EventFeed(), groups = log();
  deepStrictEqual(groups.look(feed.sample(live({ cookie: 1, openedNs: 0, rxBytes: 7 }), tick(100 * MS))), []);
  deepStrictEqual(groups.tell(feed.batch(opens(2, 200), ends(2, 200, 300, 503))), []);
  deepStrictEqual(brief(groups.tell(feed.batch(ends(1, 0, 400, 1009)))), [["closed", "curl", 2, 1512, null, true]]);
});

Deno.test("GroupLog tells of an opening that a sample knew first", () => {
  const feed = new EventFeed(), groups = log();
  groups.look(feed.sample(opens(1, 10), opens(2, 20), tick(100 * MS)));
  deepStrictEqual(brief(groups.tell(feed.batch())), [["opened", "curl", 1, null, null, null]]);
  deepStrictEqual(brief(groups.tell(feed.batch(ends(1, 10, 200, 1), ends(2, 20, 300, 2)))), [
    ["closed", "curl", 2, 3, 290_000, true],
  ]);
});

Deno.test("GroupLog sees that a group had no connection for a moment, whenever a sample is taken", () => {
  const feed = new EventFeed(), groups = log();
  groups.look(feed.sample(tick(5 * MS)));
  groups.tell(feed.batch(opens(1, 10)));
  groups.look(feed.sample(ends(1, 10, 20, 7), opens(2, 30), tick(40 * MS)));
  deepStrictEqual(brief(groups.tell(feed.batch())), [
    ["closed", "curl", 1, 7, 10_000, true],
    ["opened", "curl", 1, null, null, null],
  ]);
});

Deno.test("GroupLog does not take an attempt to connect for a connection", () => {
  const feed = new EventFeed(), groups = log(), attempt = { cookie: 1, state: TcpState.SYN_SENT, openedNs: 10 * MS };
  groups.look(feed.sample(live(attempt), tick(20 * MS)));
  deepStrictEqual(brief(groups.tell(feed.batch(opens(2, 30), ends(2, 30, 40, 7)))).map(([event]) => event), [
    "opened",
    "closed",
  ]);
});

Deno.test("GroupLog takes in a connection whose opening was dropped", () => {
  const feed = new EventFeed(new EventLog(1)), groups = log();
  groups.look(feed.sample(tick(5 * MS)));
  groups.tell(feed.batch(opens(1, 10, "wget"), opens(2, 11)));
  for (let at = 1; at <= 5; at++) {
    groups.look(feed.sample(counters({ cookie: 1 }), counters({ cookie: 2 }), tick(at * 100 * MS)));
  }
  deepStrictEqual(groups.tell(feed.batch(opens(3, 600))), []);
  deepStrictEqual(groups.tell(feed.batch(ends(3, 600, 601, 2))), []);
  deepStrictEqual(brief(groups.tell(feed.batch(ends(2, 11, 700, 1)))), [["closed", "curl", 2, 3, 689_000, true]]);
});

Deno.test("GroupLog leaves a connection in the group that it was met in", () => {
  const feed = new EventFeed(), groups = log();
  const handed = [opens(1, 10, "sshd"), ends(1, 10, 20, 1009, "sftp"), owner({ cookie: 1, openedNs: 10 * MS })];
  deepStrictEqual(
    brief(groups.tell(feed.batch(...handed))),
    [
      ["opened", "curl", 1, null, null, null],
      ["closed", "curl", 1, 1009, 10_000, true],
    ].map(([event, _, ...rest]) => [event, "sshd", ...rest]),
  );
});

Deno.test("GroupLog says of an end that was not seen that there may have been more", () => {
  const feed = new EventFeed(), groups = log();
  feed.sample(live({ cookie: 1, openedNs: 10 * MS, rxBytes: 7 }), tick(100 * MS));
  const batch = feed.batch(tick(200 * MS), tick(300 * MS));
  deepStrictEqual(
    brief(groups.tell(batch)).map(([event, key, connections, rx, , final]) => [
      event,
      key,
      connections,
      rx,
      final,
    ]),
    [["closed", "curl", 1, 7, false]],
  );
});

Deno.test("GroupLog gives up connections whose ends were dropped, and not those that are open", () => {
  const feed = new EventFeed(new EventLog(3)), groups = log();
  const batch = feed.batch(opens(1, 10), opens(2, 11, "wget"), opens(3, 12, "wget"), ends(2, 11, 20, 5, "wget"));
  deepStrictEqual([batch.dropped, groups.tell(batch).length], [1, 2]);
  const told: Change[] = [];
  for (let at = 1; at <= 10; at++) {
    const still = [counters({ cookie: 1 }), counters({ cookie: 3 }), tick(at * 100 * MS)];
    told.push(...groups.look(feed.sample(...still)));
  }
  strictEqual(told.length, 0);
  feed.decoder.decode(opens(4, 2000, "ssh"));
  feed.decoder.decode(opens(5, 2001, "ssh"));
  feed.decoder.decode(opens(6, 2002, "ssh"));
  feed.decoder.decode(ends(3, 12, 2003, 5, "wget"));
  deepStrictEqual(brief(groups.tell(feed.batch())), [["opened", "ssh", 1, null, null, null]]);
  for (let at = 21; at <= 24; at++) {
    const still = [1, 4, 5, 6].map((cookie) => counters({ cookie }));
    told.push(...groups.look(feed.sample(...still, tick(at * 100 * MS))));
  }
  deepStrictEqual(brief(told), [["closed", "wget", 2, null, null, false]]);
});

Deno.test("GroupLog closes a group whose members a source told of by samples alone", () => {
  const feed = new EventFeed(), groups = log();
  groups.look(feed.sample(tick(100 * MS)));
  groups.look(feed.sample(live({ cookie: 1, openedNs: 150 * MS }), tick(200 * MS)));
  deepStrictEqual(groups.tell(feed.batch(ends(9, 210, 220, 1))), []);
  deepStrictEqual(brief(groups.tell(feed.batch(ends(1, 150, 300, 2)))), [["closed", "curl", 2, 3, 150_000, true]]);
});

Deno.test("GroupLog follows a member that the filter lets through once, and takes in no other", () => {
  let passes = true;
  const feed = new EventFeed(), groups = groupLog("port", (sample) => passes ? choose(sample) : []);
  deepStrictEqual(groups.tell(feed.batch(opens(1, 10))).length, 1);
  passes = false;
  deepStrictEqual(groups.tell(feed.batch(opens(2, 20), ends(2, 20, 30, 5))), []);
  deepStrictEqual(brief(groups.tell(feed.batch(ends(1, 10, 40, 7)))), [["closed", "443/tcp", 1, 7, 30_000, true]]);
});

Deno.test("GroupLog calls a container by its name as soon as it is known", () => {
  const id = "a".repeat(64), groups = log("container"), feed = new EventFeed();
  const inside = (names: readonly (readonly [string, string])[], ...records: readonly Uint8Array[]) => {
    const batch = feed.batch(...records);
    batch.flows.cgroup.fill(1);
    return { ...batch, cgroups: [NO_CGROUP, cgroupOf(`/docker/${id}`)], containers: new Map(names) };
  };
  const told = groups.tell(inside([], opens(1, 10)));
  told.push(...groups.tell(inside([[id, "web"]], ends(1, 10, 20, 1))));
  deepStrictEqual(told.map(({ event, identity: { key, container } }) => [event, key, container?.id]), [
    ["opened", id, id],
    ["closed", "web", id],
  ]);
});

/** Connections of three processes, each with the moments of its opening and end. */
const lives = fc.array(
  fc.record({
    process: fc.constantFrom("curl", "wget", "sshd"),
    fromMs: fc.integer({ min: 1, max: 200 }),
    forMs: fc.integer({ min: 1, max: 50 }),
    rxBytes: fc.nat({ max: 2 ** 40 }),
  }),
  { maxLength: 30 },
);

Deno.test("GroupLog has every connection once, in groups that open and close in turn", () => {
  fc.assert(fc.property(lives, fc.integer({ min: 1, max: 5 }), (lives, batches) => {
    const steps = lives.flatMap(({ process, fromMs, forMs, rxBytes }, i) => [
      { ms: fromMs, record: opens(i + 1, fromMs, process) },
      { ms: fromMs + forMs, record: ends(i + 1, fromMs, fromMs + forMs, rxBytes, process) },
    ]).sort((a, b) => a.ms - b.ms);
    const feed = new EventFeed(), groups = log(), told: Change[] = [];
    for (let part = 0; part < batches; part++) {
      const records = steps.filter((_, i) => Math.floor(i * batches / steps.length) === part);
      told.push(...groups.tell(feed.batch(...records.map(({ record }) => record))));
      if (part === 1) told.push(...groups.look(feed.sample(tick(1))));
    }
    const closed = told.filter(({ event }) => event === "closed");
    strictEqual(closed.reduce((sum, { connections }) => sum + connections, 0), lives.length);
    const bytes = lives.reduce((sum, { rxBytes }) => sum + rxBytes, 0);
    strictEqual(closed.reduce((sum, { rxBytes }) => sum + rxBytes!, 0), bytes);
    for (const name of ["curl", "wget", "sshd"]) {
      const turns = told.filter(({ identity }) => identity.key === name).map(({ event }) => event);
      deepStrictEqual(turns, turns.map((_, i) => i % 2 === 0 ? "opened" : "closed"));
      strictEqual(turns.length % 2, 0);
    }
  }));
});
