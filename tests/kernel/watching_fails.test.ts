/** Watching fails while a command goes on: what is told of it is what was seen, and says that the rest is not known. */
import { deepStrictEqual, doesNotMatch, match, strictEqual } from "node:assert/strict";
import { execute, tcptop } from "../support/tcptop.ts";

/** Takes connections. */
class Server implements Disposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly port = (this.#listener.addr as Deno.NetAddr).port;

  constructor() {
    this.#accept();
  }

  async #accept(): Promise<void> {
    for await (const connection of this.#listener) connection.close();
  }

  [Symbol.dispose](): void {
    this.#listener.close();
  }
}

/** A run whose command connects to one server while it is watched, and to another when it is not any more: it fills the disk that tcptop writes to. */
async function cutRun(options: readonly string[], stdout: string, policy: (seen: number) => string) {
  using seen = new Server(), unseen = new Server();
  const folder = await Deno.makeTempDir(), disk = `${folder}/disk`;
  await Deno.mkdir(disk);
  await execute(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk]);
  try {
    const said = `${folder}/said`, files = [`${folder}/summary.md`, `${folder}/report.html`, `${folder}/learnt`];
    await Deno.writeTextFile(`${folder}/policy`, policy(seen.port));
    const connect = ({ port }: Server) => `(exec 3<>/dev/tcp/127.0.0.1/${port}; read -u 3)`;
    const fill = `head -c 2m /dev/zero >${disk}/fill 2>/dev/null`;
    const wait = `until grep -q "is not watched any more" ${said}; do ${fill}; ${connect(seen)}; sleep 0.02; done`;
    const command = ["bash", "-c", `${connect(seen)}; sleep 0.5; ${wait}; ${connect(unseen)}; exit 0`];
    const [summary, report, learnt] = files, place = (text: string) => text.replaceAll("DISK", disk);
    const asked = ["--allow", `${folder}/policy`, "--summary", summary, "--report", report, "--learn", learnt];
    const line = ["run", "--inside", "-i", "100ms", ...options.map(place), ...asked, "--", ...command];
    const script = `"$@" >${place(stdout)} 2>${said}; echo $?`;
    const { stdout: status } = await execute(["bash", "-c", script, "bash", ...tcptop(line)]);
    const [text, page, rules] = await Promise.all([summary, report, learnt].map((file) => Deno.readTextFile(file)));
    const stderr = (await Deno.readTextFile(said)).replaceAll(folder, "FOLDER");
    return { status, stderr, text, page, rules, seen: seen.port, unseen: unseen.port };
  } finally {
    await execute(["umount", "-l", disk]);
    await Deno.remove(folder, { recursive: true });
  }
}

for (
  const { options, stdout, what } of [
    { options: ["--record", "DISK/recording"], stdout: "/dev/null", what: "a recording" },
    { options: ["--csv", "DISK/csv"], stdout: "/dev/null", what: "CSV" },
    { options: ["--json"], stdout: "DISK/json", what: "documents" },
  ]
) {
  Deno.test(`run with no room for ${what} states no verdict of what was not watched`, async () => {
    const { status, stderr, text, page, rules, seen, unseen } = await cutRun(options, stdout, () => "tcp\n");
    strictEqual(status, "1\n", stderr);
    match(stderr, /^tcptop: Cannot write to .*: the disk is full. The command goes on, and is not watched any more$/m);
    match(stderr, /^tcptop: What came after \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC was not learnt and not judged$/m);
    match(text, /\*\*Watching failed&#58; what came after [^\n]* is not known\.\*\*/);
    match(text, /Nothing was seen to leave this machine\.\n\nNever left this machine: \d+ flows?, /);
    match(text, /Whether every flow is one that [^\n]* allows is not known: watching failed\./);
    match(page, /Watching failed: what came after/);
    doesNotMatch(page, /All allowed|Every flow is allowed/);
    deepStrictEqual([rules.includes(`dport:${seen}`), rules.includes(`dport:${unseen}`)], [true, false]);
  });
}

Deno.test("run tells of a flow that is not allowed and was seen before watching failed, with status 10", async () => {
  const { status, stderr, text, seen } = await cutRun(
    ["--record", "DISK/recording"],
    "/dev/null",
    (port) => `not dport:${port}\n`,
  );
  strictEqual(status, "10\n", stderr);
  match(
    stderr,
    new RegExp(`^tcptop: Not allowed: bash to localhost \\(127\\.0\\.0\\.1\\):${seen}/tcp: \\d+ flow`, "m"),
  );
  match(text, /### Not allowed/);
});
