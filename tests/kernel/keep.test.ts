/** Recordings that go on for ever: files that are whole, whatever happens to the recorder or the disk. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { BEGINS, fileName } from "../../src/source/recording/keeping.ts";
import { Program, until } from "../support/program.ts";
import { execute, type SampleDocument, tcptop } from "../support/tcptop.ts";
import { type Phase, Workload } from "../support/workload.ts";

/** Whom the folder belongs to, and whom tcptop becomes. */
const USER = 12345, GROUP = 12346;

/** A folder of that user's, for as long as the test takes. */
async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const parent = await Deno.makeTempDir({ prefix: "tcptop" }), folder = `${parent}/recordings`;
  await Deno.chmod(parent, 0o755);
  await Deno.mkdir(folder, { mode: 0o700 });
  await Deno.chown(folder, USER, GROUP);
  try {
    await test(folder);
  } finally {
    await Deno.remove(parent, { recursive: true });
  }
}

const filesOf = async (folder: string) => (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();
/** Of a file that has gone meanwhile: 0. */
async function bytesOf(folder: string): Promise<number> {
  const size = (name: string) => Deno.stat(`${folder}/${name}`).then(({ size }) => size, () => 0);
  return (await Promise.all((await filesOf(folder)).map(size))).reduce((sum, size) => sum + size, 0);
}

const replay = (path: string, { client, server }: Phase) =>
  tcptop(["--replay", path, "--json", "-f", `pid:${client.pid} or pid:${server.pid}`]);

/** [connections that ended, received, sent] of the workload's processes, summed over a replay. */
async function replayed(path: string, phase: Phase) {
  const { code, stdout, stderr } = await execute(replay(path, phase));
  deepStrictEqual([code, stderr], [0, ""]);
  return summed(stdout, phase);
}

/** Bytes that a recording begins with: all sockets of the machine, whoever has them. */
async function beginning(): Promise<number> {
  const folder = await Deno.makeTempDir({ prefix: "tcptop" }), file = `${folder}/all.tcptop`;
  try {
    const { code, stderr } = await execute(tcptop(["--record", file, "--count", "3", "--interval", "100ms"]));
    deepStrictEqual([code, stderr], [0, ""]);
    return (await Deno.stat(file)).size;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Until all of the workload's connections are in the recording, which is not whole yet. */
async function recorded(path: string, phase: Phase): Promise<void> {
  const wanted = JSON.stringify(truth(phase));
  await until("what came last in the recording", async () => {
    const { stdout } = await execute(replay(path, phase));
    return JSON.stringify(summed(stdout, phase).sums) === wanted;
  });
}

function summed(stdout: string, { client, server }: Phase) {
  const samples: SampleDocument[] = stdout.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
  const sums = [client, server].map(({ pid }) => {
    const own = samples.flatMap(({ flows }) => flows.filter((flow) => flow.pid === pid));
    const sum = (field: "rx_bytes_delta" | "tx_bytes_delta") => own.reduce((all, flow) => all + flow[field]!, 0);
    return [own.filter(({ closed }) => closed).length, sum("rx_bytes_delta"), sum("tx_bytes_delta")];
  });
  return { samples, sums };
}

const truth = ({ client, server, completed }: Phase) =>
  [client, server].map(({ read, sent }) => [completed, read, sent]);

Deno.test("--record --keep writes several files that play as one, exactly, by the user whose the folder is", async () => {
  await inFolder(async (folder) => {
    const args = ["--record", folder, "--keep", "64MiB", "--interval", "100ms"];
    // What is kept by size is split at an eighth of it, which 20,000 connections fill.
    await using program = new Program(args);
    await until("a recording", async () => (await bytesOf(folder)) > 1000);
    // It has given up root before it makes the second file.
    await using workload = await Workload.start("short", "--count", 20_011, "--tx", 503);
    const done = await workload.until("done");
    await until("a second file", async () => (await filesOf(folder)).length > 1);
    await recorded(folder, done);
    await program.signal("SIGTERM");
    deepStrictEqual(await program.ended(), { code: 0, stdout: "", stderr: "" });
    const names = await filesOf(folder);
    for (const name of names) {
      const { uid, gid, mode } = await Deno.stat(`${folder}/${name}`);
      deepStrictEqual([uid, gid, mode! & 0o777], [USER, GROUP, 0o600]);
    }
    const { samples, sums } = await replayed(folder, done);
    deepStrictEqual(sums, truth(done));
    strictEqual(samples.at(-1)!.health.events_lost, 0);
    // The second by itself: whole, and with every process's name.
    const alone = await execute(tcptop(["--replay", `${folder}/${names.at(-1)}`, "--json"]));
    deepStrictEqual([alone.code, alone.stderr], [0, ""]);
  });
});

Deno.test("--record --keep that was killed leaves files that can be played, and goes on in new ones", async () => {
  await inFolder(async (folder) => {
    const args = ["--record", folder, "--keep", "24h", "--interval", "100ms"];
    await using killed = new Program(args);
    await until("a recording", async () => (await bytesOf(folder)) > 1000);
    await using workload = await Workload.start("short", "--count", 3001, "--tx", 503);
    const first = await workload.until("done");
    await recorded(folder, first);
    await killed.signal("SIGKILL");
    await killed.ended();
    await using program = new Program(args);
    await until("a second file", async () => (await filesOf(folder)).length === 2);
    await using another = await Workload.start("short", "--count", 1009, "--tx", 503);
    const second = await another.until("done");
    await recorded(folder, second);
    await program.signal("SIGTERM");
    strictEqual((await program.ended()).code, 0);
    const { samples, sums } = await replayed(folder, first);
    deepStrictEqual(sums, truth(first));
    deepStrictEqual((await replayed(folder, second)).sums, truth(second));
    const note = samples.at(-1)!.source.notes.find(({ code }) => code === "recordings_cut");
    match(note!.message, /^1 file was cut short/);
    // The gap is no loss of events: what comes after begins anew.
    strictEqual(samples.at(-1)!.health.events_lost, 0);
  });
});

Deno.test("--record --keep goes on where the disk is full, with the newest, and says so in one sentence", async () => {
  await inFolder(async (folder) => {
    // Room for three files, besides what the workloads fill.
    const begins = await beginning(), size = 6 * 1024 * 1024 + 3 * begins;
    const options = `size=${size},uid=${USER},gid=${GROUP},mode=700`;
    const mounted = await execute(["mount", "-t", "tmpfs", "-o", options, "none", folder]);
    strictEqual(mounted.code, 0, mounted.stderr);
    try {
      // An older recording, and what fills the disk but for some and the beginning of one file.
      const old = `${folder}/${fileName(Date.now() - 7_200_000)}`;
      await Deno.writeFile(old, new Uint8Array(3_000_000 + 2 * begins));
      await Deno.chown(old, USER, GROUP);
      await Deno.writeFile(`${folder}/mine`, new Uint8Array(1_500_000));
      await using program = new Program(["--record", folder, "--keep", "24h", "--interval", "100ms"]);
      await until(
        "a recording",
        async () => (await filesOf(folder)).filter((name) => name.startsWith(BEGINS)).length > 1,
      );
      await using workload = await Workload.start("short", "--count", 20_011, "--tx", 503);
      await workload.until("done");
      await until("room", async () => !(await filesOf(folder)).includes(old.slice(folder.length + 1)));
      const endMs = Date.now();
      await using last = await Workload.start("short", "--count", 101, "--tx", 503);
      const done = await last.until("done");
      await recorded(folder, done);
      await program.signal("SIGTERM");
      const { code, stdout, stderr } = await program.ended();
      deepStrictEqual([code, stdout], [0, ""]);
      match(
        stderr,
        /^tcptop: The disk was full: \d+ of the oldest recordings in \S+ (was|were) removed before their time\. Make room, [^\n]*\n$/,
      );
      ok((await filesOf(folder)).includes("mine"));
      const { samples, sums } = await replayed(folder, done);
      deepStrictEqual(sums, truth(done));
      ok(Date.parse(samples.at(-1)!.time) >= endMs);
    } finally {
      await execute(["umount", folder]);
    }
  });
});

Deno.test("the service of the Debian package records where systemd has made a link of its directory", async () => {
  const unit = await Deno.readTextFile(new URL("../../packaging/tcptop-record.service", import.meta.url));
  const [, line] = /^ExecStart=\/usr\/bin\/tcptop (.*)$/m.exec(unit)!;
  await inFolder(async (folder) => {
    const link = `${folder}/../state`;
    await Deno.symlink("recordings", link);
    const once = ["--count", "2", "--interval", "100ms"], words = line.replace("${STATE_DIRECTORY}", link).split(" ");
    const { code, stderr } = await execute(tcptop([...words, ...once]));
    deepStrictEqual([code, stderr, (await filesOf(folder)).length], [0, "", 1]);
    const refused = await execute(tcptop(["--record", link, "--keep", "24h", ...once]));
    strictEqual(refused.code, 1);
    match(refused.stderr, /state: it is a symbolic link\. Name the directory itself, or put \/\. behind the link\n$/);
  });
});

Deno.test("--record --keep as root says whose folder it takes, and takes no other", async () => {
  await inFolder(async (folder) => {
    const said = async (...args: string[]) => {
      const { code, stderr } = await execute(
        tcptop(["--record", ...args, "--keep", "1h", "--count", "1", "--interval", "100ms"]),
      );
      return [code, stderr.replaceAll(folder, "DIR")] as const;
    };
    await Deno.chmod(folder, 0o770);
    deepStrictEqual(await said(folder), [1, "tcptop: Cannot record to DIR: others may write to it. Try: chmod go-w\n"]);
    await Deno.chmod(folder, 0o700);
    await Deno.symlink(folder, `${folder}/../link`);
    const [code, sentence] = await said(`${folder}/../link`);
    deepStrictEqual([code, /is a symbolic link|not a directory/.test(sentence)], [1, true], sentence);
    await Deno.chown(folder, 0, 0);
    match(
      (await said(folder))[1],
      /^tcptop: Cannot record to DIR: it belongs to root, which tcptop gives up\. Make one for a user/,
    );
    match((await said(`${folder}/none`))[1], /there is no such directory/);
    deepStrictEqual(await filesOf(folder), []);
  });
});
