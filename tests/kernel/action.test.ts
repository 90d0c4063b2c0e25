/** The GitHub Action, by the steps of action.yml as a runner carries them out, with releases from a server of this test. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { quoted } from "../support/in_shell.ts";
import { Runner } from "../support/runner.ts";
import { tcptop } from "../support/tcptop.ts";
import denoJson from "../../deno.json" with { type: "json" };

const FILE = `tcptop-linux-${Deno.build.arch}`;
const RELEASE = `/some/where/releases/download/v${denoJson.version}/`;

/** What stands for the executable: the program as the tests have it. */
const EXECUTABLE = `#!/bin/sh\nexec ${quoted(tcptop([]))} "$@"\n`;

async function sumOf(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** A page of releases, and somebody to talk to. */
class World implements AsyncDisposable {
  readonly asked: string[] = [];
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });

  constructor(readonly files: Readonly<Record<string, string>>) {
    this.#server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, ({ url }) => {
      const { pathname } = new URL(url), name = pathname.startsWith(RELEASE) ? pathname.slice(RELEASE.length) : "";
      this.asked.push(pathname);
      return name in files ? new Response(files[name]) : new Response("", { status: 404 });
    });
    this.#accept();
  }

  static async of(sum = sumOf(EXECUTABLE)): Promise<World> {
    return new World({
      [FILE]: EXECUTABLE,
      SHA256SUMS: `${"0".repeat(64)}  tcptop-macos-aarch64\n${await sum}  ${FILE}\n`,
    });
  }

  get port(): number {
    return (this.#listener.addr as Deno.NetAddr).port;
  }

  job(env: Readonly<Record<string, string>> = {}): Promise<Runner> {
    return Runner.start({ GITHUB_SERVER_URL: `http://127.0.0.1:${this.#server.addr.port}`, ...env });
  }

  /** In bash: a connection that sends seven bytes. */
  get talk(): string {
    return `(exec 3<>/dev/tcp/127.0.0.1/${this.port}; printf 1234567 >&3; read -u 3 || :)`;
  }

  async #accept(): Promise<void> {
    for await (const connection of this.#listener) connection.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    await this.#server.shutdown();
  }
}

Deno.test("the action runs a command under watch, hands on its status, its summary and what was seen", async () => {
  await using world = await World.of();
  await using job = await world.job({ MARK: "of the job" });
  const script = `echo "MARK is $MARK"\nenv | grep TCPTOP_ACTION || echo "no inputs"\n${world.talk}\nexit 7`;
  const { code, log, summary, outputs, upload } = await job.use({ run: script, options: "--interval '200ms'" });
  strictEqual(code, 7);
  match(log, /^MARK is of the job\nno inputs\n/);
  match(log, /tcptop: bash --noprofile .* ended with status 7 after/);
  match(summary, /^## <code>bash .*ended with status 7 after/);
  match(summary, /Never left this machine: 1 flow, in 0 B, out 7 B\.\n/);
  const folder = `${job.folder}/temp/tcptop/1`;
  deepStrictEqual(outputs, { folder, report: `${folder}/report.html`, recording: `${folder}/recording.tcptop` });
  deepStrictEqual(upload, { name: "tcptop-unit", path: folder });
  match(await Deno.readTextFile(outputs.report), /^\s*<!doctype html>/);
  deepStrictEqual(world.asked, [`${RELEASE}${FILE}`, `${RELEASE}SHA256SUMS`]);

  // Once more in the same job: what is there is not fetched again; -e and pipefail hold as in any step.
  const second = await job.use({ run: "false | true; echo not here", artifact: "mine" });
  deepStrictEqual([second.code, second.log.includes("not here")], [1, false]);
  deepStrictEqual(second.upload, { name: "mine", path: `${job.folder}/temp/tcptop/2` });
  strictEqual(world.asked.length, 2);
  strictEqual((await job.use({ run: "true", artifact: "none" })).upload, null);
});

Deno.test("the action fails with status 10 and says so where something is not allowed, unless it is to warn", async () => {
  await using world = await World.of();
  await using job = await world.job();
  await Deno.writeTextFile(`${job.folder}/workspace/one`, "dport:1\n");
  await Deno.writeTextFile(`${job.folder}/workspace/two`, `dport:${world.port}\n`);
  const use = (inputs: Record<string, string>) => job.use({ run: world.talk, options: "--inside", ...inputs });
  const refused = await use({ allow: "one\n" });
  strictEqual(refused.code, 10, refused.log);
  match(refused.log, /\n::error title=tcptop::There were connections that are not allowed: the summary names them\n$/);
  match(refused.summary, /\n### Not allowed\n\nNo line of `one` matches:\n\n- `bash to /);
  const warned = await use({ allow: "one", warn: "true" });
  strictEqual(warned.code, 0);
  match(warned.log, /\n::warning title=tcptop::There were/);
  strictEqual((await use({ allow: "one\ntwo\n" })).code, 0);
});

Deno.test("the action runs nothing that is not what SHA256SUMS names, and no command where it cannot watch", async () => {
  const run = "echo it ran";
  await using wrong = await World.of(sumOf("another"));
  await using job = await wrong.job();
  const { code, log, upload } = await job.use({ run });
  deepStrictEqual([code, upload], [1, null]);
  match(log, /^::error title=tcptop::http:.* is not the file that SHA256SUMS of its release names: it was not run\n$/);
  await using unnamed = new World({ [FILE]: EXECUTABLE, SHA256SUMS: `${"0".repeat(64)}  another\n` });
  await using second = await unnamed.job();
  match((await second.use({ run })).log, /^::error .* is not the file/);
  await using empty = new World({});
  await using third = await empty.job();
  match((await third.use({ run })).log, /::error title=tcptop::cannot download http.*\n$/);
  await using world = await World.of();
  await using fourth = await world.job();
  const mistaken = await fourth.use({ run, options: "--nonsense" });
  deepStrictEqual([mistaken.code, mistaken.log.includes("it ran")], [2, false]);
  match((await fourth.use({ run, options: "'a" })).log, /::error title=tcptop::options: a quote is not closed\n$/);
});

Deno.test("the action watches the rest of a job, from one use to the next with stop", async () => {
  await using world = await World.of();
  await using job = await world.job();
  match((await job.use({ stop: "true" })).log, /^::error title=tcptop::nothing watches this job/);
  await Deno.writeTextFile(`${job.folder}/workspace/allowed`, `not dport:${world.port}\n`);
  const options = `--inside --interval 200ms --filter port:${world.port}`;
  const begun = await job.use({ allow: "allowed", options });
  deepStrictEqual([begun.code, begun.log, begun.upload], [0, "", null]);
  match((await job.use({ allow: "allowed" })).log, /^::error title=tcptop::this job is watched already/);
  const pid = Number(await Deno.readTextFile(`${job.folder}/temp/tcptop/watching/pid`));
  strictEqual((await new Deno.Command("bash", { args: ["-c", world.talk] }).output()).code, 0);
  const ended = await job.use({ stop: "true" });
  strictEqual(ended.code, 10, ended.log);
  match(
    ended.log,
    /^::stop-commands::(\S+)\ntcptop: Not allowed: bash to .*\n(?:.*\n)*::\1::\n::error title=tcptop::There were/,
  );
  match(ended.summary, /^## Traffic of /);
  match(ended.summary, new RegExp(`- \`bash to .*:${world.port}/tcp\`: 1 flow by process \\d+, in 0 B, out 7 B\n`));
  deepStrictEqual(ended.upload, { name: "tcptop-unit", path: `${job.folder}/temp/tcptop/1` });
  ok((await Deno.stat(ended.outputs.recording)).size > 0);
  await Deno.stat(`/proc/${pid}`).then(() => ok(false, "it goes on"), () => {});

  const failed = await job.use({ options: "--nonsense" });
  strictEqual(failed.code, 1);
  match(
    failed.log,
    /^::stop-commands::.*\ntcptop: unknown option '--nonsense'.*\n::.*::\n::error title=tcptop::tcptop did not begin\n$/,
  );
});

Deno.test("a watch that no use ends ends with the job: a runner stops what has its mark", async () => {
  await using world = await World.of();
  await using job = await world.job({ RUNNER_TRACKING_ID: "of_this_job" });
  strictEqual((await job.use({ options: "--interval 200ms" })).code, 0);
  const watching = `${job.folder}/temp/tcptop/watching`, pid = Number(await Deno.readTextFile(`${watching}/pid`));
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name) || Number(name) === pid) continue;
    const env = await Deno.readTextFile(`/proc/${name}/environ`).catch(() => "");
    if (env.includes("RUNNER_TRACKING_ID=of_this_job") && env.includes(job.folder)) Deno.kill(Number(name), "SIGKILL");
  }
  for (let i = 0; i < 200; i++) {
    if (await Deno.stat(`/proc/${pid}`).then(() => false, () => true)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  ok(false, "tcptop goes on");
});

Deno.test("the action becomes root by sudo, and the command is the runner's user all the same", async () => {
  await using world = await World.of();
  const tools = await Deno.makeTempDir();
  try {
    await Deno.chmod(tools, 0o755);
    const tool = (name: string, text: string) =>
      Deno.writeTextFile(`${tools}/${name}`, `#!/bin/bash\n${text}\n`, { mode: 0o755 });
    await tool("sudo", `[ "$1" = -n ] || exit 1; shift; export SUDO_UID=1 SUDO_GID=1 SUDO_USER=daemon; exec "$@"`);
    await tool("id", `[ "$*" = -u ] && echo 1 || exec /usr/bin/id "$@"`);
    await using job = await world.job({ PATH: `${tools}:${Deno.env.get("PATH")}` });
    const { code, log, outputs } = await job.use({ run: `/usr/bin/id -un; echo "by $SUDO_USER."` });
    deepStrictEqual([code, log.split("\n").slice(0, 2)], [0, ["daemon", "by ."]]);
    strictEqual((await Deno.stat(outputs.recording)).uid, 1);
    await tool("sudo", "exit 1");
    match((await job.use({ run: "echo it ran" })).log, /^::error title=tcptop::watching takes root/);
    await tool("uname", "echo Darwin");
    match((await job.use({ run: "echo it ran" })).log, /^::error title=tcptop::this action takes a Linux runner\n$/);
  } finally {
    await Deno.remove(tools, { recursive: true });
  }
});
