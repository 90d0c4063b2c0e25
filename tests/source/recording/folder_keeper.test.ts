import { deepStrictEqual, match, ok, strictEqual, throws } from "node:assert/strict";
import { FolderKeeper } from "../../../src/source/recording/folder_keeper.ts";
import { ChunkKind } from "../../../src/source/recording/format.ts";
import { type Names, readInfo, readNames } from "../../../src/source/recording/info.ts";
import type { Keeping } from "../../../src/options.ts";
import { ownFiles } from "../../../src/source/recording/keeping.ts";
import { RecordingReader, Unreadable } from "../../../src/source/recording/reader.ts";
import { MemoryFolder } from "../../support/memory_folder.ts";
import { HOST, reading } from "../../support/recording.ts";
import { live, tick } from "../../support/records.ts";

const HOUR = 3_600_000, BEGIN = Date.UTC(2026, 0, 30, 21, 17, 3);
const INFO = { version: "0.0.0", host: HOST, source: { tcp: "bpf", udp: null, notes: [] } };

/** A recorder with a clock that is set by hand. */
function recorder(keeping: Keeping, folder = new MemoryFolder()) {
  const clock = { wall: BEGIN, now: 0 };
  const keeper = new FolderKeeper("/recordings", folder, keeping, { nowMs: () => clock.now, wallMs: () => clock.wall });
  keeper.info(INFO);
  keeper.names({ users: [[1000, "ann"]], cgroups: ["7 /a"] });
  let samples = 0, described = 0;
  return {
    folder,
    keeper,
    clock,
    get samples() {
      return samples;
    },
    get described() {
      return described;
    },
    /** A sample at this time; its tick has the number. */
    sample(wall: number, further: Uint8Array = live()) {
      clock.now += Math.max(0, wall - clock.wall);
      clock.wall = wall;
      keeper.records(further);
      keeper.records(tick(++samples));
      keeper.sample();
      if (keeper.wantsAll()) described++;
    },
  };
}

/** What a file has: numbers of its samples, names, and whether it is whole. */
function content(bytes: Uint8Array) {
  const samples: number[] = [], names: Names[] = [];
  let info = null, whole = false, last = 0;
  try {
    const reader = new RecordingReader(reading(bytes));
    for (let chunk = reader.next(); chunk !== null; chunk = reader.next()) {
      const { kind, payload } = chunk, view = new DataView(payload.buffer, payload.byteOffset);
      if (kind === ChunkKind.info) info ??= readInfo(payload);
      else if (kind === ChunkKind.names) names.push(readNames(payload));
      else if (kind === ChunkKind.records && payload.length === tick(1).length) {
        last = Number(view.getBigUint64(8, true));
      } else if (kind === ChunkKind.sample) samples.push(last);
    }
    whole = true;
  } catch (error) {
    ok(error instanceof Unreadable);
  }
  const users = names.flatMap((one) => one.users!.map(([, name]) => name));
  return { samples, names, users, info, whole };
}

Deno.test("FolderKeeper writes a file an hour over 50 hours, and keeps the last 24", () => {
  const run = recorder({ ms: 24 * HOUR }), { folder } = run, MINUTE = 60_000;
  for (let at = BEGIN; at <= BEGIN + 50 * HOUR; at += MINUTE) {
    run.sample(at);
    const kept = [...folder.files.keys()].sort(), oldest = content(folder.contents(kept[0])).info!.beganMs!;
    // All of the last 24 hours, and no file that is wholly older.
    ok(oldest <= Math.max(BEGIN, at - 24 * HOUR) && kept.length <= 26, `${kept.length} files, the oldest of ${oldest}`);
  }
  run.keeper.end();
  strictEqual(folder.made.length, 51);
  strictEqual(run.described, 50);
  deepStrictEqual(folder.made.slice(0, 3), [
    "tcptop-2026-01-30T21-17-03Z.tcptop",
    "tcptop-2026-01-30T22-00-03Z.tcptop",
    "tcptop-2026-01-30T23-00-03Z.tcptop",
  ]);
  const kept = [...folder.files.keys()].sort(), files = kept.map((name) => content(folder.contents(name)));
  deepStrictEqual(kept, folder.made.slice(-kept.length));
  // Each stands for itself, and together they have every sample once.
  strictEqual(files.every(({ whole, users }) => whole && users.includes("ann")), true);
  const samples = files.flatMap(({ samples }) => samples);
  deepStrictEqual(samples, Array.from({ length: samples.length }, (_, i) => run.samples - samples.length + 1 + i));
  strictEqual(new Set(files.map(({ info }) => info!.run)).size, 1);
  deepStrictEqual(files.map(({ info }) => info!.part), Array.from(files, (_, i) => 51 - files.length + 1 + i));
});

Deno.test("FolderKeeper begins each file with all names, however long they are together", () => {
  const run = recorder({ ms: 24 * HOUR }),
    long = "x".repeat(5000),
    pids = Array.from({ length: 1000 }, (_, pid) => pid);
  run.keeper.names({ hosts: ["10.0.0.1 one.example", "10.0.0.2 two.example"] });
  for (const pid of pids) run.keeper.names({ interfaces: [[pid, `${pid} ${long}`]] });
  run.sample(BEGIN);
  run.sample(BEGIN + HOUR);
  run.keeper.end();
  const [, last] = [...run.folder.files.keys()].sort(), { names, whole } = content(run.folder.contents(last));
  strictEqual(whole, true);
  deepStrictEqual(names.flatMap(({ hosts }) => hosts!), ["10.0.0.1 one.example", "10.0.0.2 two.example"]);
  deepStrictEqual(names.flatMap(({ interfaces }) => interfaces!), pids.map((pid) => [pid, `${pid} ${long}`]));
});

Deno.test("FolderKeeper keeps to a size, and is never over it by more than what it has just written", () => {
  const size = 8 << 20, run = recorder({ bytes: size }), records = new Uint8Array(100 * live().length);
  for (let at = 0; at < records.length; at += live().length) records.set(live(), at);
  for (let i = 0; i < 2000; i++) {
    run.sample(BEGIN + i * 1000, records);
    ok(run.folder.bytes <= size + (64 << 10), `${run.folder.bytes} bytes after ${i}`);
  }
  ok(run.folder.made.length > 8 && run.folder.files.size >= 7);
  ok(Math.max(...[...run.folder.files.keys()].map((name) => run.folder.sizeOf(name))) < size / 8 + (64 << 10));
});

/** So many flows described take more room than a file may have where `room` is all there is. */
const MANY = 1200;

for (
  const [what, keeping, room] of [
    ["what is kept", { bytes: 1 << 20 }, Infinity],
    ["a disk that is full", { ms: 24 * HOUR }, 1 << 20],
  ] as const
) {
  Deno.test(`FolderKeeper has many samples in a file, also where all flows take more than an eighth of ${what}`, () => {
    const run = recorder(keeping, new MemoryFolder(room)), all = new Uint8Array(MANY * live().length);
    for (let at = 0; at < all.length; at += live().length) all.set(live(), at);
    let whole = 2; // a sample that describes all flows, and one with the counters of all
    for (let i = 0; i < 3000; i++) {
      const { described } = run;
      run.sample(BEGIN + i * 1000, whole > 0 ? all : live());
      whole = run.described > described ? 2 : whole - 1;
    }
    ok(run.folder.made.length > 1 && run.folder.made.length < 3000 / 20, `${run.folder.made.length} files`);
  });
}

Deno.test("FolderKeeper goes on with the newest where the disk is full, in whole files, and says so once", () => {
  const run = recorder({ ms: 24 * HOUR }, new MemoryFolder(40_000));
  for (let i = 0; i < 600; i++) run.sample(BEGIN + i * 60_000);
  strictEqual(run.folder.bytes <= 40_000, true);
  const kept = [...run.folder.files.keys()].sort(), files = kept.map((name) => content(run.folder.contents(name)));
  strictEqual(files.slice(0, -1).every(({ whole }) => whole), true);
  deepStrictEqual(files.flatMap(({ samples }) => samples).at(-1), 600);
  const [note, ...others] = run.keeper.notes();
  strictEqual(others.length, 0);
  match(
    note.message,
    /^The disk was full: \d+ of the oldest recordings in \/recordings were removed before their time$/,
  );
});

Deno.test("FolderKeeper gives up what its only file has so far for what is new, and fails where nothing fits", () => {
  const run = recorder({ ms: 24 * HOUR }, new MemoryFolder(6_000));
  for (let i = 0; i < 40; i++) run.sample(BEGIN + i * 1000);
  const [name] = [...run.folder.files.keys()].sort().slice(-1), { samples } = content(run.folder.contents(name));
  strictEqual(samples.at(-1), 40);
  strictEqual(samples.length < 40, true);
  run.folder.room = 100;
  throws(() => run.sample(BEGIN + 50_000), /^TcptopError: Cannot record to \/recordings: the disk is full$/);
});

Deno.test("FolderKeeper does not lose everything a second time on a disk that it fills within the hour", () => {
  const room = 1 << 20,
    run = recorder({ ms: 24 * HOUR }, new MemoryFolder(room)),
    large = new Uint8Array(20 * live().length);
  for (let at = 0; at < large.length; at += live().length) large.set(live(), at);
  let filled = false;
  for (let i = 0; i < 2000; i++) {
    const before = run.folder.bytes;
    run.sample(BEGIN + i * 1000, large);
    ok(!filled || run.folder.bytes > room * 0.7, `${run.folder.bytes} of ${room} bytes after ${i}`);
    // Behind the first time it takes a while until the disk is full again.
    filled ||= run.folder.made.length > 3 && before > room * 0.9;
  }
  ok(filled);
});

Deno.test("FolderKeeper never gives a name that stands before an older one, however soon files follow each other", () => {
  const run = recorder({ ms: 24 * HOUR }, new MemoryFolder(200_000)), large = new Uint8Array(99 * live().length);
  for (let at = 0; at < large.length; at += live().length) large.set(live(), at);
  for (let i = 0; i < 300; i++) run.sample(BEGIN + i * 10, large);
  const { made } = run.folder, parts = ownFiles(made.map((name) => ({ name }))).map(({ name }) => made.indexOf(name));
  ok(made.length > 50);
  deepStrictEqual(parts, made.map((_, i) => i));
});

Deno.test("FolderKeeper touches no file but those that it named, and none of a clock that is set back", () => {
  const folder = new MemoryFolder(), others = ["tcptop-notes.txt", "mine", "tcptop-2020-01-01T00-00-00Z.tcptop.bak"];
  for (const name of others) folder.create(name);
  folder.create("tcptop-2020-01-01T00-00-00Z.tcptop");
  const run = recorder({ ms: HOUR }, folder);
  strictEqual(folder.files.has("tcptop-2020-01-01T00-00-00Z.tcptop"), false);
  for (const wall of [BEGIN + HOUR, BEGIN, BEGIN + HOUR, BEGIN + 3 * HOUR, BEGIN]) run.sample(wall);
  run.keeper.end();
  for (const name of others) strictEqual(folder.files.has(name), true);
  const kept = [...folder.files.keys()].filter((name) => !others.includes(name));
  strictEqual(kept.every((name) => content(folder.contents(name)).whole), true);
  strictEqual(content(folder.contents(folder.made.at(-1)!)).info!.part, 6);
});
