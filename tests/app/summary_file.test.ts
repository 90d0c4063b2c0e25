import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { ReportOutput } from "../../src/app/report_output.ts";
import { SummaryFile } from "../../src/app/summary_file.ts";
import { parseArguments } from "../../src/cli.ts";
import type { Sample } from "../../src/flow/sample.ts";
import { Seen } from "../../src/output/seen.ts";
import { execute, tcptop } from "../support/tcptop.ts";
import { type FakeFlow, fakeSample } from "../view/fake_sample.ts";

const DEMO = new URL("../../examples/demo.tcptop", import.meta.url).pathname;
const OWNER = { uid: Deno.uid()!, gid: Deno.gid()! };
const ENDED = { words: ["npm", "test"], status: 0, signal: null, ms: 1000 };

async function inFolder(body: (path: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await body(`${folder}/summary.md`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** What it says to standard error. */
async function told(body: () => Promise<void>): Promise<string[]> {
  const lines: string[] = [], write = Deno.stderr.writeSync;
  Deno.stderr.writeSync = (bytes) => {
    lines.push(new TextDecoder().decode(bytes).trimEnd());
    return bytes.length;
  };
  try {
    await body();
  } finally {
    Deno.stderr.writeSync = write;
  }
  return lines;
}

function open(path: string, ...more: string[]): Promise<SummaryFile> {
  const invocation = parseArguments(["--summary", path, ...more]);
  if (!("run" in invocation)) throw new Error("no run");
  return SummaryFile.open(invocation.run, OWNER, new Seen(({ length }: Sample) => [...Array(length).keys()]), null);
}

function take(output: SummaryFile, flows: readonly FakeFlow[]): void {
  const sample = fakeSample(flows);
  output.seen.add(sample);
  output.sample(sample);
}

const FLOW: FakeFlow = { process: "curl", remote: ["1.1.1.1", 443], rx: 11, tx: 7 };

Deno.test("SummaryFile appends to what is there, behind an empty line, in a file that its owner alone can read", () =>
  inFolder(async (path) => {
    const once = async () => {
      const output = await open(path);
      take(output, [FLOW]);
      output.close();
    };
    await once();
    const first = await Deno.readTextFile(path);
    match(first, /^## Traffic of `h`, 2026-01-02 03:04:04 to 2026-01-02 03:04:05 UTC\n\n\| Process/);
    ok(first.includes("\n| `curl` | `1.1.1.1:443/tcp` | 1 | 0 | 11 B | 7 B |\n"));
    strictEqual((await Deno.stat(path)).mode! & 0o777, 0o600);
    await once();
    strictEqual(await Deno.readTextFile(path), `${first}\n${first}`);
    await Deno.writeTextFile(path, "own words");
    await once();
    strictEqual(await Deno.readTextFile(path), `own words\n\n${first}`);
  }));

Deno.test("SummaryFile and ReportOutput of several recordings begin with the first of them", () =>
  inFolder(async (path) => {
    const invocation = parseArguments(["--report", `${path}.html`]), output = await open(path);
    if (!("run" in invocation)) throw new Error("no run");
    const report = await ReportOutput.open(`${path}.html`, invocation.run, OWNER, output.seen, null);
    for (const hours of [2, 1]) {
      const first = fakeSample([], { number: 0 });
      for (const one of [output, report]) one.start({ ...first, wallMs: first.wallMs - hours * 3_600_000 });
      report.sample(fakeSample([FLOW]));
      take(output, [FLOW]);
    }
    output.close();
    await report.close();
    match(await Deno.readTextFile(path), /^## Traffic of `h`, 2026-01-02 01:04:05 to 2026-01-02 03:04:05 UTC\n/);
    match(await Deno.readTextFile(`${path}.html`), />2026-01-02 01:04:05 to 03:04:05 UTC, /);
  }));

Deno.test("SummaryFile of a command says how it ended, and leaves nothing of one that could not be run", () =>
  inFolder(async (path) => {
    const none = await open(path, "run", "--", "npm", "test");
    take(none, []);
    none.close();
    await Deno.stat(path).then(() => ok(false, "it is there"), () => {});
    const output = await open(path, "run", "--", "npm", "test");
    take(output, [FLOW]);
    output.ended(ENDED);
    output.close();
    match(await Deno.readTextFile(path), /^## `npm test` ended with status 0 after 1s\n/);
  }));

Deno.test("SummaryFile says so where its file has no room, and leaves it as it is", () =>
  inFolder(async (path) => {
    const before = "x".repeat((1 << 20) - 10);
    await Deno.writeTextFile(path, before);
    const sentences = await told(async () => {
      const output = await open(path);
      take(output, [FLOW]);
      output.close();
    });
    deepStrictEqual(sentences, [
      `tcptop: ${path} has no room for the summary: with what it holds it may have 1 MiB`,
    ]);
    strictEqual(await Deno.readTextFile(path), before);
  }));

Deno.test("--replay with --summary writes it and no samples; what is refused ends with a sentence", () =>
  inFolder(async (path) => {
    const { code, stdout, stderr } = await execute(tcptop(["--replay", DEMO, "--summary", path]));
    deepStrictEqual([code, stdout, stderr], [0, "", ""]);
    const text = await Deno.readTextFile(path);
    match(text, /^## Traffic of `demo`, 20\d\d-\d\d-\d\d \d\d:\d\d:\d\d to /);
    ok(text.includes("\n```mermaid\nflowchart LR\n"));
    await Deno.symlink("/etc/passwd", `${path}.link`);
    const refused = await execute(tcptop(["--replay", DEMO, "--summary", `${path}.link`]));
    strictEqual(refused.code, 1);
    match(refused.stderr, /^tcptop: Cannot write to .*: it is a symbolic link\. Name the file itself\n$/);
  }));
