/** However a run ends, what it wrote is whole lines, and the exit status says how it was. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import papaparse from "papaparse";
import { execute, tcptop } from "../support/tcptop.ts";
import { Program, until } from "../support/program.ts";
import { Workload } from "../support/workload.ts";

const size = (path: string) => Deno.stat(path).then(({ size }) => size, () => 0);

/** A folder that is gone after the test; `bytes`: on a disk of its own, which holds no more. */
class Folder implements AsyncDisposable {
  private constructor(readonly path: string, readonly mounted: boolean) {}

  static async make(bytes?: number): Promise<Folder> {
    const path = await Deno.makeTempDir({ prefix: "tcptop" });
    if (bytes !== undefined) {
      const { code, stderr } = await execute(["mount", "-t", "tmpfs", "-o", `size=${bytes}`, "tmpfs", path]);
      if (code !== 0) throw new Error(stderr);
    }
    return new Folder(path, bytes !== undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.mounted) await execute(["umount", "-l", this.path]);
    await Deno.remove(this.path, { recursive: true });
  }
}

async function wholeJson(path: string): Promise<number> {
  const text = await Deno.readTextFile(path);
  ok(text.endsWith("}\n"));
  return text.trimEnd().split("\n").map((line) => JSON.parse(line)).length;
}

async function wholeCsv(path: string): Promise<void> {
  const text = await Deno.readTextFile(path);
  ok(text.endsWith("\r\n"));
  // Other programs of the machine may have commas and line ends in their names.
  const { data, errors } = papaparse.parse(text.slice(0, -2), { newline: "\r\n" }), rows = data as string[][];
  deepStrictEqual(errors, []);
  ok(rows.length > 1 && rows.every(({ length }) => length === rows[0].length));
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  Deno.test(`${signal} ends a run with whole lines and status 0`, async () => {
    await using folder = await Folder.make();
    const json = `${folder.path}/json`, csv = `${folder.path}/csv`;
    await using workload = await Workload.start("churn", "--seconds", 20, "--rate", 1000);
    await workload.until("start");
    await using program = new Program(["--json", "--csv", csv, "-i", "200ms"], `exec "$@" > ${json}`);
    await until(
      "two samples",
      async () => await size(json) > 0 && (await Deno.readTextFile(json)).split("\n").length > 2,
    );
    await program.signal(signal);
    deepStrictEqual(await program.ended(), { code: 0, stdout: "", stderr: "" });
    ok(await wholeJson(json) >= 2);
    await wholeCsv(csv);
  });
}

for (const args of [["--json"], ["--csv", "-"], ["--events", "--json"], ["--batch"]]) {
  Deno.test(`a reader that goes away ends ${args.join(" ")} quietly, with status 0`, async () => {
    await using workload = await Workload.start("churn", "--seconds", 20, "--rate", 500);
    await workload.until("start");
    await using program = new Program([...args, "-i", "200ms"], '"$@" | head -2 >/dev/null; exit ${PIPESTATUS[0]}');
    deepStrictEqual(await program.ended(), { code: 0, stdout: "", stderr: "" });
  });
}

Deno.test("a full disk ends NDJSON with a whole line, a sentence and status 1", async () => {
  await using folder = await Folder.make(300_000);
  const json = `${folder.path}/json`;
  await using workload = await Workload.start("churn", "--seconds", 30, "--rate", 300);
  await workload.until("start");
  await using program = new Program(["--json", "-i", "100ms", "--limit", 50], `exec "$@" > ${json}`);
  const { code, stderr } = await program.ended();
  deepStrictEqual([code, stderr], [1, "tcptop: Cannot write to standard output: the disk is full\n"]);
  ok(await wholeJson(json) >= 1);
});

Deno.test("a full disk ends CSV with a whole line, a sentence and status 1", async () => {
  await using folder = await Folder.make(300_000);
  const csv = `${folder.path}/csv`;
  await using workload = await Workload.start("churn", "--seconds", 30, "--rate", 1000);
  await workload.until("start");
  await using program = new Program(["--csv", csv, "-i", "200ms"]);
  const ended = await program.ended();
  deepStrictEqual(ended, { code: 1, stdout: "", stderr: `tcptop: Cannot write to ${csv}: the disk is full\n` });
  await wholeCsv(csv);
});

Deno.test("a full disk leaves no part of what is written once, at the end", async () => {
  await using folder = await Folder.make(65_536);
  await Deno.writeFile(`${folder.path}/full`, new Uint8Array(65_536));
  for (const option of ["--report", "--summary", "--learn"]) {
    const path = `${folder.path}/${option.slice(2)}`;
    // A file of root's could not be taken away once root is given up.
    const { code, stderr } = await execute(tcptop(["--replay", "examples/demo.tcptop", option, path]), {
      SUDO_UID: "12345",
      SUDO_GID: "23456",
    });
    deepStrictEqual([code, stderr], [1, `tcptop: Cannot write to ${path}: the disk is full\n`]);
  }
  deepStrictEqual([...Deno.readDirSync(folder.path)].map(({ name }) => name), ["full"]);
});

Deno.test("a full disk ends a recording with a sentence, and what is on it can be played", async () => {
  await using folder = await Folder.make(300_000);
  const records = `${folder.path}/records`;
  await using workload = await Workload.start("churn", "--seconds", 30, "--rate", 1000);
  await workload.until("start");
  await using program = new Program(["--record", records, "--json", "-i", "200ms"], `exec "$@" >/dev/null`);
  const { code, stderr } = await program.ended();
  deepStrictEqual([code, stderr], [1, `tcptop: Cannot write to ${records}: the disk is full\n`]);
  const replay = await execute(tcptop(["--replay", records, "--json"]));
  strictEqual(replay.code, 1);
  match(replay.stderr, /^tcptop: .*\/records was cut short: what is whole, up to byte \d+, was used\n$/);
});

Deno.test("a CSV file that is deleted ends the run with a sentence and status 1", async () => {
  await using folder = await Folder.make();
  const csv = `${folder.path}/csv`;
  await using program = new Program(["--csv", csv, "-i", "200ms", "--listen"]);
  await until("the file", async () => await size(csv) > 0);
  await Deno.remove(csv);
  const { code, stderr } = await program.ended();
  deepStrictEqual([code, stderr], [1, `tcptop: Cannot write to ${csv}: it was deleted\n`]);
});

Deno.test("--csv appends to a file of the same columns and refuses another", async () => {
  await using folder = await Folder.make();
  const csv = `${folder.path}/csv`, once = ["--once", "--listen", "--csv", csv, "-i", "100ms"];
  const run = async (...more: string[]) => {
    const { code, stderr } = await new Deno.Command(tcptop([])[0], { args: tcptop([...once, ...more]).slice(1) })
      .output();
    return [code, new TextDecoder().decode(stderr)];
  };
  deepStrictEqual([await run(), await run()], [[0, ""], [0, ""]]);
  strictEqual((await Deno.readTextFile(csv)).split("\r\n").filter((line) => line.startsWith("time,")).length, 1);
  await wholeCsv(csv);
  const [code, stderr] = await run("--columns", "pid");
  strictEqual(code, 1);
  match(String(stderr), /^tcptop: Cannot append to .*\/csv: it begins with another header\./);
});

Deno.test("new files are their owner's alone, who is the user behind sudo", async () => {
  await using folder = await Folder.make();
  const files = ["--csv", `${folder.path}/csv`, "--record", `${folder.path}/records`];
  const env = { SUDO_UID: "4321", SUDO_GID: "5432" };
  strictEqual((await execute(tcptop(["--once", "--json", "--listen", "-i", "100ms", ...files]), env)).code, 0);
  for (const file of ["csv", "records"]) {
    const { uid, gid, mode } = await Deno.stat(`${folder.path}/${file}`);
    deepStrictEqual([uid, gid, mode! & 0o7777], [4321, 5432, 0o600]);
  }
});
