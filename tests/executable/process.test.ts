/** The executable as a process: signals, pipes, a terminal's ^Z, and what it leaves behind. */
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

/** What the kernel calls the state of the process: S, T, ... */
const state = async (pid: number) => /\) (.)/.exec(await Deno.readTextFile(`/proc/${pid}/stat`))![1];

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; !await holds(); tries++) {
    if (tries === 200) throw new Error(`waited 10 s until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
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

Deno.test("SIGTSTP stops it, SIGCONT lets it go on", async () => {
  const { child, samples } = await start();
  child.kill("SIGTSTP");
  await until("it is stopped", async () => await state(child.pid) === "T");
  child.kill("SIGCONT");
  await until("it runs", async () => await state(child.pid) !== "T");
  for (let count = 0; count < 3; count++) await within(10, "a sample", samples.next());
  child.kill("SIGKILL");
  await samples.return();
  await child.status;
});

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
