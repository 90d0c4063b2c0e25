/** The reader of standard output goes while a command is watched: everything else goes on to the command's end. */
import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { execute, type SampleDocument, tcptop } from "../support/tcptop.ts";

/** Takes connections, and counts them. */
class Server implements Disposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly port = (this.#listener.addr as Deno.NetAddr).port;
  count = 0;

  constructor() {
    this.#accept();
  }

  async #accept(): Promise<void> {
    for await (const connection of this.#listener) {
      this.count++;
      connection.close();
    }
  }

  [Symbol.dispose](): void {
    this.#listener.close();
  }
}

const FEW = ["--interval", "200ms"];

/** A command that connects until the reader has gone, and 40 times more, 20 ms apart. The reader takes one byte. */
async function withoutReader(server: Server, folder: string, args: readonly string[]) {
  const connect = `(exec 3<>/dev/tcp/127.0.0.1/${server.port}; read -u 3); sleep 0.02`;
  const command =
    `until [ -e ${folder}/gone ]; do ${connect}; done; for i in {1..40}; do ${connect}; done; rm ${folder}/gone; exit 7`;
  const reader = `{ head -c 1 >/dev/null; exec <&-; touch ${folder}/gone; }`;
  const line = `"$@" | ${reader}; echo "status \${PIPESTATUS[0]}"`;
  return await execute(["bash", "-c", line, "bash", ...tcptop(["run", ...args, "--", "bash", "-c", command])]);
}

for (const args of [["--events"], ["--json", ...FEW], ["--batch", ...FEW], ["--csv", "-", ...FEW]]) {
  Deno.test(`run ${args.join(" ")} whose reader has gone judges, sums up and records all that the command does`, async () => {
    using server = new Server();
    const folder = await Deno.makeTempDir(), policy = `${folder}/policy`;
    try {
      await Deno.writeTextFile(policy, "");
      const summary = `${folder}/summary.md`, recording = `${folder}/recording`;
      const judged = ["--inside", "--allow", policy, "--summary", summary, "--record", recording];
      const { stdout, stderr } = await withoutReader(server, folder, [...args, ...judged]);
      strictEqual(stdout, "status 10\n", stderr);
      match(
        stderr,
        new RegExp(
          `^tcptop: Not allowed: bash to localhost \\(127\\.0\\.0\\.1\\):${server.port}/tcp: ${server.count} flows by [^\n]*\n$`,
        ),
      );
      match(await Deno.readTextFile(summary), new RegExp(`Never left this machine: ${server.count} flows, `));
      const replay = await execute(tcptop(["--replay", recording, "--json"]));
      const samples: SampleDocument[] = replay.stdout.trim().split("\n").map((line) => JSON.parse(line));
      strictEqual(new Set(samples.flatMap(({ flows }) => flows.map(({ id }) => id))).size, server.count);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

Deno.test("run whose reader has gone ends with the command's status, and without a word", async () => {
  using server = new Server();
  const folder = await Deno.makeTempDir();
  try {
    const { stdout, stderr } = await withoutReader(server, folder, ["--json", ...FEW]);
    deepStrictEqual([stdout, stderr], ["status 7\n", ""]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a recording that is judged as a whole is played to its end although the reader has gone", async () => {
  using server = new Server();
  const folder = await Deno.makeTempDir(), policy = `${folder}/policy`, recording = `${folder}/recording`;
  try {
    await Deno.writeTextFile(policy, "");
    const connect = `(exec 3<>/dev/tcp/127.0.0.1/${server.port}; read -u 3); sleep 0.02`;
    const command = ["bash", "-c", `sleep 0.7; for i in {1..20}; do ${connect}; done`];
    await execute(tcptop(["run", "--record", recording, "--interval", "100ms", "--", ...command]));
    const judged = ["--replay", recording, "--json", "--inside", "--allow", policy];
    const { stdout, stderr } = await execute(
      ["bash", "-c", `"$@" | head -c 1; echo "status \${PIPESTATUS[0]}"`, "bash", ...tcptop(judged)],
    );
    strictEqual(stdout, "{status 10\n");
    match(stderr, new RegExp(`: ${server.count} flows by `));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
