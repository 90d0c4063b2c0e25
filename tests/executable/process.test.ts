/** The executable as a process: signals, pipes, and what it leaves behind. ^Z is in
 * tests/terminal: the kernel drops SIGTSTP for a process group that has no parent in its session, as a build farm's may be. */
import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { EXECUTABLE } from "../support/executable.ts";
import { lines, within } from "../support/lines.ts";
import { execute } from "../support/tcptop.ts";

/** Runs samples without end; the first is out. */
async function start(env: Record<string, string> = {}, cwd?: string) {
  const child = new Deno.Command(EXECUTABLE, {
    args: ["--json", "--interval", "100ms"],
    stdin: "null",
    stdout: "piped",
    stderr: "null",
    env,
    ...(cwd === undefined ? {} : { cwd }),
  }).spawn();
  const samples = lines(child.stdout);
  await within(30, "a sample", samples.next());
  return { child, samples };
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  Deno.test(`${signal} ends it with status 0`, async () => {
    const { child, samples } = await start();
    child.kill(signal);
    await samples.return();
    const { code, signal: killed } = await within(30, "its end", child.status);
    deepStrictEqual({ code, killed }, { code: 0, killed: null });
  });
}

Deno.test("a reader that goes ends it with status 0", async () => {
  const script = `set -o pipefail; '${EXECUTABLE}' --json --interval 100ms | head -n 1 | wc -l`;
  const { code, stdout, stderr } = await execute(["bash", "-c", script]);
  deepStrictEqual({ code, stdout: stdout.trim(), stderr }, { code: 0, stdout: "1", stderr: "" });
});

Deno.test("kill -9 leaves no file behind", async () => {
  const folder = await Deno.makeTempDir({ prefix: "tcptop-" });
  try {
    for (const name of ["home", "tmp", "here"]) await Deno.mkdir(`${folder}/${name}`);
    const { child, samples } = await start({ HOME: `${folder}/home`, TMPDIR: `${folder}/tmp` }, `${folder}/here`);
    const shown = (await execute(["ps", "-o", "comm=,args=", "-p", String(child.pid)])).stdout;
    match(shown, /^tcptop +\S*tcptop --json --interval 100ms\n$/);
    child.kill("SIGKILL");
    await samples.return();
    strictEqual((await child.status).signal, "SIGKILL");
    strictEqual((await execute(["find", folder, "-mindepth", "2"])).stdout, "");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
