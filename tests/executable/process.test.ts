/** The executable as a process: signals, pipes, and what it leaves behind. ^Z is in
 * tests/terminal: the kernel drops SIGTSTP for a process group that has no parent in its session, as a build farm's may be. */
import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { EXECUTABLE } from "../support/executable.ts";
import { lines, within } from "../support/lines.ts";
import { execute } from "../support/tcptop.ts";
import { Workload } from "../support/workload.ts";

const SOURCE = new URL("../../scripts/run", import.meta.url).pathname;

/** Runs samples without end; the first is out. */
async function start(env: Record<string, string> = {}, cwd?: string, program = EXECUTABLE, first: string[] = []) {
  const child = new Deno.Command(program, {
    args: [...first, "--json", "--interval", "100ms"],
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

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP", "SIGUSR2", "SIGALRM", "SIGXCPU"] as const) {
  Deno.test(`${signal} ends it with status 0`, async () => {
    const { child, samples } = await start();
    child.kill(signal);
    await samples.return();
    const { code, signal: killed } = await within(30, "its end", child.status);
    deepStrictEqual({ code, killed }, { code: 0, killed: null });
  });
}

/** SIGTERM for as long as it is there: from its second sample on, at its end, and when everything is closed. */
Deno.test("signals that come while it ends change nothing: status 0, from source too", async () => {
  for (const program of [EXECUTABLE, EXECUTABLE, EXECUTABLE, EXECUTABLE, SOURCE, SOURCE, SOURCE, SOURCE]) {
    const { child, samples } = await start({}, undefined, program);
    await within(30, "a sample", samples.next());
    const storm = new Deno.Command("bash", {
      args: ["-c", `while kill -TERM ${child.pid}; do :; done`],
      stderr: "null",
    }).spawn();
    await samples.return();
    const { code, signal } = await within(30, "its end", child.status);
    await within(30, "the end of it", storm.status);
    deepStrictEqual({ code, signal }, { code: 0, signal: null });
  }
});

Deno.test("SIGUSR1 opens no port for a debugger, from source neither", async () => {
  for (const program of [EXECUTABLE, SOURCE]) {
    const { child, samples } = await start({}, undefined, program);
    for (let sample = 0; sample < 10; sample++) await samples.next(); // Deno listens for it half a second after its start
    child.kill("SIGUSR1");
    for (let sample = 0; sample < 5; sample++) strictEqual((await within(30, "a sample", samples.next())).done, false);
    const { stdout } = await execute(["ss", "-Hltnp"]);
    strictEqual(stdout.includes(`pid=${child.pid},`), false, stdout);
    child.kill("SIGTERM");
    await samples.return();
    strictEqual((await child.status).code, 0);
  }
});

Deno.test("a standard output that is closed, or open for reading alone, is told with status 1, from source too", async () => {
  const demo = ["--replay", "examples/demo.tcptop"];
  const outputs = [
    ["--version"],
    ["--help"],
    ["doctor"],
    ["completions", "bash"],
    ["--once", "--json", "--interval", "100ms"],
    ["--once", "--record", "-", "--interval", "100ms"],
    [...demo, "--once"],
    [...demo, "--csv", "-"],
    [...demo, "--events"],
  ];
  const told = { code: 1, stdout: "", stderr: "tcptop: Cannot write to standard output: it is closed\n" };
  for (const program of [EXECUTABLE, SOURCE]) {
    for (const redirected of [">&-", "<&- >&-", "1</dev/null"]) {
      for (const args of redirected === ">&-" ? outputs : [["--version"]]) {
        const { ms: _, ...ended } = await execute(["bash", "-c", `exec "$@" ${redirected}`, "bash", program, ...args]);
        deepStrictEqual(ended, told, [program, ...args, redirected].join(" "));
      }
    }
  }
});

Deno.test("the variables of OpenTelemetry reach --otlp, from source too", async () => {
  for (const program of [EXECUTABLE, SOURCE]) {
    const { code, stderr } = await execute([program, "--otlp", "http://127.0.0.1:4318", "--count", "1"], {
      OTEL_EXPORTER_OTLP_PROTOCOL: "grpc",
    });
    strictEqual(code, 2, stderr);
    match(stderr, /OTEL_EXPORTER_OTLP_PROTOCOL/);
  }
});

Deno.test("with SIGHUP ignored, as by nohup, it goes on, from source too", async () => {
  for (const program of [EXECUTABLE, SOURCE]) {
    const { child, samples } = await start({}, undefined, "nohup", [program]);
    child.kill("SIGHUP");
    for (let sample = 0; sample < 5; sample++) strictEqual((await within(30, "a sample", samples.next())).done, false);
    child.kill("SIGTERM");
    await samples.return();
    strictEqual((await child.status).code, 0);
  }
});

Deno.test("a file that may grow no further is told in a sentence, and ends in a whole line", async () => {
  const folder = await Deno.makeTempDir({ prefix: "tcptop-" });
  try {
    await using workload = await Workload.start("hold", "--count", 50);
    const { client, server } = await workload.until("ready"), ours = `-f 'pid:${client.pid} or pid:${server.pid}'`;
    // Its own header, and blank lines up to where a few samples have room.
    const csv = `${folder}/big.csv`,
      script = `'${EXECUTABLE}' --once --interval 100ms --json --csv ${csv} ${ours} >${folder}/out &&
      head -c $((4000 * 1024 - 150000 - $(stat -c %s ${csv}))) /dev/zero | tr '\\0' '\\n' >>${csv} &&
      ulimit -f 4000 && exec '${EXECUTABLE}' --interval 100ms --json --csv ${csv} ${ours} >/dev/null`;
    const { code, stderr } = await execute(["bash", "-c", script]);
    deepStrictEqual([code, stderr], [1, `tcptop: Cannot write to ${csv}: the file has reached its size limit\n`]);
    const text = await Deno.readTextFile(csv);
    strictEqual(text.endsWith("\r\n"), true, text.slice(-200));
    strictEqual(text.length <= 4000 * 1024, true);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a working directory that is gone is told in a sentence", async () => {
  const script = `cd "$(mktemp -d)" && rmdir "$PWD" && exec '${EXECUTABLE}' --version`;
  const { code, stdout, stderr } = await execute(["bash", "-c", script]);
  deepStrictEqual({ code, stdout }, { code: 1, stdout: "" });
  match(stderr, /^tcptop: Cannot run in this working directory: it has been removed\.[^\n]+\n$/);
});

Deno.test("HOME is the user's for the defaults and for commands, and Deno reads no .npmrc there", async () => {
  const home = await Deno.makeTempDir({ prefix: "tcptop-" });
  const run = async (env: Record<string, string>, ...args: string[]) => {
    const { code, stdout, stderr } = await execute(
      [EXECUTABLE, "--replay", DEMO, "--once", "--limit", "1", ...args],
      env,
    );
    deepStrictEqual([code, stderr.replace(/^.*: it is left out\n/, "left out\n")], [
      0,
      "left out\n".repeat(Number("X" in env)),
    ], stdout);
    return stdout.split("\n")[2].trim();
  };
  try {
    await Deno.mkdir(`${home}/.config/tcptop`, { recursive: true });
    await Deno.writeTextFile(`${home}/.config/tcptop/options`, "--columns pid\n", { mode: 0o600 });
    await Deno.writeTextFile(`${home}/.npmrc`, "registry=${NOT_SET}\n");
    strictEqual(await run({ HOME: home }), "PID");
    const when = ["--when", "totals.tcp>0", "--when-run", 'echo "$HOME $TCPTOP_HOME" >&2', "--when-exit", "0"];
    const ended = await execute([EXECUTABLE, "--replay", DEMO, ...when], { HOME: home });
    deepStrictEqual([ended.code, ended.stderr], [0, `${home} \n`]);
    await Deno.remove(`${home}/.npmrc`);
    strictEqual((await execute(["mkfifo", `${home}/.npmrc`])).code, 0);
    strictEqual(await run({ HOME: home }), "PID");
    // The home directory of many a service; a path that is no UTF-8; where Deno looks at nothing.
    for (
      const env of [{ HOME: "/dev/null" }, { XDG_CONFIG_HOME: "/dev/null" }, { XDG_CONFIG_HOME: "/dev/shm", X: "1" }]
    ) {
      strictEqual(await run(env, "--columns", "process"), "PROCESS");
    }
    const odd = `HOME=$(printf '/\\377') exec '${EXECUTABLE}' --replay ${DEMO} --once --columns process`;
    strictEqual((await execute(["bash", "-c", odd])).code, 0);
  } finally {
    await Deno.remove(home, { recursive: true });
  }
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

const DEMO = new URL("../../examples/demo.tcptop", import.meta.url).pathname;
const REPLAYS = ["--replay", DEMO, "--json"];
/** Runs a command whose standard output, which is its own, does not wait. */
const WITHOUT_WAITING = `
const { symbols } = Deno.dlopen("libc.so.6", { fcntl: { parameters: ["i32", "i32", "i32"], result: "i32" } });
symbols.fcntl(1, 4, symbols.fcntl(1, 3, 0) | 0o4000);
const [program, ...args] = JSON.parse(Deno.env.get("LINE"));
Deno.exit((await new Deno.Command(program, { args, stdout: "inherit", stderr: "inherit" }).output()).code);
`;

Deno.test("a reader is waited for where standard output does not wait, though no library but the shim may be loaded", async () => {
  const whole = await execute([EXECUTABLE, ...REPLAYS]);
  const child = new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-lock", WITHOUT_WAITING],
    env: { LINE: JSON.stringify([EXECUTABLE, ...REPLAYS]) },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (let part = await reader.read(); !part.done; part = await reader.read()) text += part.value;
  const documents = (json: string) => json.trimEnd().split("\n").map((document) => JSON.parse(document).time);
  deepStrictEqual([documents(text), (await child.status).code], [documents(whole.stdout), 0]);
  strictEqual(await new Response(child.stderr).text(), "");
});

Deno.test("a full disk keeps whole documents and is told of, though no library but the shim may be loaded", async () => {
  const script = 'mount -t tmpfs -o size=100k tmpfs "$0" && "$@" >"$0/out"; echo "status $?"; cat "$0/out"';
  const folder = await Deno.makeTempDir();
  try {
    const { stdout, stderr } = await execute([
      "unshare",
      "--mount",
      "sh",
      "-c",
      script,
      folder,
      EXECUTABLE,
      ...REPLAYS,
    ]);
    const [status, ...documents] = stdout.trimEnd().split("\n");
    strictEqual(status, "status 1");
    strictEqual(documents.every((document) => JSON.parse(document).schema === "tcptop.sample/1"), true);
    strictEqual(stderr, "tcptop: Cannot write to standard output: the disk is full\n");
  } finally {
    await Deno.remove(folder);
  }
});
