/** Conditions on real sockets: their lines, their statuses, and the command of --when-run. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { asUser } from "../support/refused.ts";
import { execute, tcptop } from "../support/tcptop.ts";

const listen = () => Deno.listen({ hostname: "127.0.0.1", port: 0 });
const portOf = (listener: Deno.Listener) => (listener.addr as Deno.NetAddr).port;

const when = (args: readonly (string | number)[], env: Record<string, string> = {}) =>
  execute(tcptop(["--interval", "100ms", ...args]), env);

Deno.test("--when-exit waits for a server, and ends with its status", async () => {
  using listener = listen();
  const port = portOf(listener), condition = `sport:${port} and state:listen`;
  for (const [status, wanted] of [[[], 11], [[0], 0], [[255], 255]] as const) {
    const { code, stdout, stderr } = await when(["--when", condition, "--when-exit", ...status]);
    deepStrictEqual([code, stderr], [wanted, ""]);
    match(stdout, new RegExp(`^\\S+Z begins ${condition}  \\S+\\[${Deno.pid}\\] 127\\.0\\.0\\.1:${port}\\n$`));
  }
  const none = await when(["--when", `sport:${port} and state:established`, "--when-exit", "--count", 3]);
  deepStrictEqual([none.code, none.stdout], [0, ""]);
  const json = await when(["--json", "--when", `flows=1 and ${condition}`, "--when-exit", 7]);
  const document = JSON.parse(json.stdout);
  deepStrictEqual(
    [json.code, document.schema, document.change, document.matching, document.flow, document.health.events_lost],
    [7, "tcptop.when/1", "begins", 1, null, 0],
  );
});

const PREFIX = "tcptop-when-";

Deno.test("--when-run runs as the user behind sudo, with facts, a document and no right of tcptop's", async () => {
  using listener = listen();
  const folder = await Deno.makeTempDir({ prefix: PREFIX }), out = `${folder}/out`;
  try {
    await Deno.chmod(folder, 0o777);
    const command = `{ id -u; id -g; grep CapEff: /proc/self/status; grep Seccomp: /proc/self/status; ` +
      `echo "$TCPTOP_CHANGE $TCPTOP_PID $TCPTOP_LOCAL_PORT"; head -c 1000000; } > ${out}`;
    const args = ["--when", `sport:${portOf(listener)} and state:listen`, "--when-exit", 0, "--when-run", command];
    const { code, stderr } = await when(args, { SUDO_UID: "12345", SUDO_GID: "23456", SUDO_USER: "nobody-here" });
    deepStrictEqual([code, stderr], [0, ""]);
    const [uid, gid, caps, seccomp, facts, document] = (await Deno.readTextFile(out)).split("\n");
    deepStrictEqual([uid, gid], ["12345", "23456"]);
    match(caps, /\t0{16}$/);
    match(seccomp, /\t0$/);
    strictEqual(facts, `begins ${Deno.pid} ${portOf(listener)}`);
    strictEqual(JSON.parse(document).flow.local.port, portOf(listener));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a command that fails, hangs or is not there is told of, and changes nothing else", async () => {
  using listener = listen();
  const condition = ["--when", `sport:${portOf(listener)} and state:listen`, "--when-exit", "--when-run"];
  const told = async (command: string) => {
    const { code, stdout, stderr } = await when([...condition, command]);
    deepStrictEqual([code, stdout.split("\n").length], [11, 2]);
    return stderr;
  };
  strictEqual(await told("exit 3"), "tcptop: --when-run 'exit 3' ended with status 3\n");
  match(
    await told("no-such-command-here"),
    /tcptop: --when-run '.*' ended with status 127: there is no such command\n$/,
  );
  strictEqual(await told("kill -9 $$"), "tcptop: --when-run 'kill -9 $$' was killed by signal 9\n");
  const hang = "echo $$ >&2; exec sleep 1000 >/dev/null 2>&1", said = await told(hang);
  const [pid, sentence] = said.split("\n");
  strictEqual(sentence, `tcptop: --when-run '${hang}' has not ended, and goes on alone`);
  Deno.kill(Number(pid), "SIGKILL");
});

Deno.test("--known keeps what was met, and the next run tells of nothing but what is new", async () => {
  using first = listen(), second = listen();
  const folder = await Deno.makeTempDir({ prefix: PREFIX }), known = `${folder}/known`;
  const held: Deno.Conn[] = [];
  try {
    const hold = async (listener: Deno.Listener) => {
      held.push(await Deno.connect({ hostname: "127.0.0.1", port: portOf(listener) }), await listener.accept());
    };
    const look = async () => {
      const ports = [portOf(first), portOf(second)].map((port) => `port:${port}`).join(" or ");
      const args = ["--json", "--count", 2, "--known", known, "--when", `new process and (${ports})`];
      const { code, stdout, stderr } = await when(args);
      deepStrictEqual([code, stderr], [0, ""]);
      return stdout.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line).new);
    };
    await hold(first);
    const names = await look();
    strictEqual(names.length, 1);
    await hold(second);
    deepStrictEqual(await look(), []);
    strictEqual(await Deno.readTextFile(known), `process ${JSON.stringify(names[0])}\n`);
    ok(((await Deno.stat(known)).mode! & 0o777) === 0o600);
    await Deno.writeTextFile(known, "process x\n");
    const wrong = await when(["--known", known, "--when", "new process"]);
    deepStrictEqual([wrong.code, wrong.stderr], [
      2,
      `tcptop: ${known}:1: a line is remote "NAME" or process "NAME", with the quotes\n`,
    ]);
  } finally {
    for (const one of held) one.close();
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("capabilities that tcptop was given without root are neither the command's nor those of the process that runs it", async () => {
  // asUser() gives one.
  using listener = listen();
  const folder = await Deno.makeTempDir({ prefix: PREFIX }), out = `${folder}/out`;
  try {
    await Deno.chmod(folder, 0o777);
    const command = `{ grep -h "^Cap[IPEA]" /proc/self/status /proc/$PPID/status; cat /proc/$PPID/comm; } > ${out}`;
    const args = [
      "--source",
      "netlink",
      "--when",
      `sport:${portOf(listener)} and state:listen`,
      "--when-exit",
      0,
      "--when-run",
      command,
    ];
    const { code, stderr } = await execute(asUser(tcptop(args)));
    deepStrictEqual([code, stderr], [0, ""]);
    const lines = (await Deno.readTextFile(out)).trimEnd().split("\n");
    deepStrictEqual(lines, [
      ...["Inh", "Prm", "Eff", "Amb", "Inh", "Prm", "Eff", "Amb"].map((set) => `Cap${set}:\t${"0".repeat(16)}`),
      "tcptop-runner",
    ]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
