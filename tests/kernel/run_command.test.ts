/** A command under watch: what is seen of it, how it ends, and what it is. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import type { FlowFacts } from "../../src/output/flow_facts.ts";
import { execute, type SampleDocument, tcptop } from "../support/tcptop.ts";
import { within } from "../support/lines.ts";

const PROCESSES = Number(Deno.env.get("TCPTOP_RUN_PROCESSES") ?? 500);

/** Takes connections, reads each to its end, and knows what came from which port. */
class Truth implements Disposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly port = (this.#listener.addr as Deno.NetAddr).port;
  readonly #connections: Promise<string>[] = [];

  constructor() {
    this.#accept();
  }

  async #accept(): Promise<void> {
    for await (const connection of this.#listener) this.#connections.push(bytesOf(connection));
  }

  /** "PORT BYTES" of each connection so far, once it has ended. */
  async all(): Promise<string[]> {
    return (await Promise.all(this.#connections)).sort();
  }

  [Symbol.dispose](): void {
    this.#listener.close();
  }
}

async function bytesOf(connection: Deno.Conn): Promise<string> {
  const { port } = connection.remoteAddr as Deno.NetAddr;
  let bytes = 0;
  for await (const chunk of connection.readable) bytes += chunk.length;
  return `${port} ${bytes}`;
}

/** A shell function: a connection that sends that many bytes. */
const SEND = (port: number) => `send() { exec 3<>/dev/tcp/127.0.0.1/${port}; printf "%*s" $1 "" >&3; exec 3>&-; }; `;

const bash = (script: string) => ["--", "bash", "-c", script];

function ends(stdout: string): FlowFacts[] {
  const samples: SampleDocument[] = stdout.trim().split("\n").map((line) => JSON.parse(line));
  return samples.flatMap(({ flows }) => flows).filter(({ closed }) => closed);
}

const sent = (flows: readonly FlowFacts[]) => flows.map(({ local, tx_bytes }) => `${local.port} ${tx_bytes}`).sort();

for (const source of ["bpf", "netlink"]) {
  Deno.test(`run sees the command's flows alone, by ${source}, and ends with its status`, async () => {
    using truth = new Truth(), others = new Truth();
    const neighbour = execute(["bash", "-c", `${SEND(others.port)} for i in {1..50}; do (send 3); sleep 0.05; done`]);
    // What netlink is to see must be there when it looks.
    const wait = source === "netlink" ? "sleep 0.7;" : "";
    const script = `${
      SEND(truth.port)
    } exec 3<>/dev/tcp/127.0.0.1/${truth.port}; printf 12345 >&3; ${wait} exec 3>&-; exit 7`;
    const { code, stdout, stderr } = await execute(
      tcptop(["run", "--source", source, "--interval", "200ms", "--json", ...bash(script)]),
    );
    deepStrictEqual([code, stderr], [7, ""]);
    const flows = stdout.trim().split("\n").flatMap((line) => (JSON.parse(line) as SampleDocument).flows);
    strictEqual(new Set(flows.map(({ id }) => id)).size, 1);
    deepStrictEqual(
      new Set(flows.map(({ process, remote }) => `${process} ${remote!.port}`)),
      new Set([`bash ${truth.port}`]),
    );
    deepStrictEqual([`${flows[0].local.port} ${flows.at(-1)!.tx_bytes}`], await truth.all());
    await neighbour;
  });
}

Deno.test(`run sees each connection of ${PROCESSES} processes, of a pipeline and of a daemon, and none of a neighbour's`, async () => {
  using truth = new Truth(), others = new Truth();
  const many = (count: number, port: number) =>
    `${SEND(port)} for i in {1..${count}}; do (send $((i % 97 + 1))); done;`;
  const neighbour = execute(["bash", "-c", many(PROCESSES / 5, others.port)]);
  const pipeline = `(send 101; echo) | (read x; send 103; echo) | (read x; send 107);`;
  // Forked twice, in a session of its own, and still there when the command has ended: the pipe is open until its connection is closed.
  const daemon = `setsid bash -c '${SEND(truth.port)} (send 109; sleep 0.2; exec >&- 2>&-; sleep 3) & ' | cat; true`;
  const { code, stdout, stderr } = await execute(
    tcptop(["run", "--json", ...bash(many(PROCESSES, truth.port) + pipeline + daemon)]),
  );
  deepStrictEqual([code, stderr], [0, ""]);
  const seen = ends(stdout), wanted = await truth.all();
  strictEqual(wanted.length, PROCESSES + 4);
  deepStrictEqual(sent(seen), wanted);
  strictEqual(new Set(seen.map(({ pid }) => pid)).size, PROCESSES + 4);
  deepStrictEqual(new Set(seen.map(({ process }) => process)), new Set(["bash"]));
  await neighbour;
  strictEqual((await others.all()).length, PROCESSES / 5);
  const [{ cgroup }] = seen;
  match(cgroup!, /\/tcptop-run-\d+$/);
  // The daemon goes on, where it would be without tcptop.
  const left = await execute(["bash", "-c", `ls -d /sys/fs/cgroup${cgroup} /sys/fs/cgroup/unified${cgroup}`]);
  strictEqual(left.stdout, "");
});

Deno.test("run records what the command did, and nothing else", async () => {
  using truth = new Truth();
  const folder = await Deno.makeTempDir(), file = `${folder}/command.tcptop`;
  try {
    await execute(tcptop(["run", "--json", "--record", file, ...bash(`${SEND(truth.port)} send 11; send 13`)]));
    const { stdout } = await execute(tcptop(["--replay", file, "--json"]));
    deepStrictEqual(sent(ends(stdout)), await truth.all());
    const all = new Set(
      stdout.trim().split("\n").flatMap((line) => JSON.parse(line).flows.map(({ id }: FlowFacts) => id)),
    );
    strictEqual(all.size, 2);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** A running command. `events` are the lines that it has written. */
function start(script: string, ...options: string[]) {
  const [program, ...args] = tcptop(["run", ...options, ...bash(script)]);
  const child = new Deno.Command(program, { args, stdin: "null", stdout: "piped", stderr: "piped" }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  return {
    child,
    stderr: new Response(child.stderr).text(),
    async said(what: string): Promise<string> {
      await within(
        20,
        what,
        (async () => {
          for (;;) {
            if (text.includes(what)) return;
            const { value, done } = await reader.read();
            if (done) throw new Error(`ended without ${what}: ${text}`);
            text += value;
          }
        })(),
      );
      return text;
    },
  };
}

Deno.test("run hands signals on, and ends as the command does", async () => {
  const killed = start(`echo ready $$; exec sleep 1000`);
  await killed.said("ready");
  killed.child.kill("SIGTERM");
  strictEqual((await killed.child.status).code, 128 + 15);
  match(await killed.stderr, /^tcptop: bash -c .*ended by signal 15 after [\d.]+\w*\n {2}nothing left this machine\n$/);
  const gone = start(`echo ready; kill -KILL $$`);
  strictEqual((await gone.child.status).code, 128 + 9);
  match(await gone.stderr, /ended by signal 9 after/);
  const deaf = start(`trap "" TERM; trap "echo got usr1; exit 4" USR1; echo ready; while sleep 0.05; do :; done`);
  await deaf.said("ready");
  deaf.child.kill("SIGTERM");
  deaf.child.kill("SIGUSR1");
  await deaf.said("got usr1");
  strictEqual((await deaf.child.status).code, 4);
  await deaf.stderr;
});

Deno.test("run waits for a command that has stopped itself", async () => {
  const stopped = start(`echo pid $$ .; kill -STOP $$; echo on; exit 5`);
  const [, pid] = /pid (\d+) \./.exec(await stopped.said(" ."))!;
  await until(async () => /^State:\tT/m.test(await Deno.readTextFile(`/proc/${pid}/status`)));
  Deno.kill(Number(pid), "SIGCONT");
  await stopped.said("on");
  strictEqual((await stopped.child.status).code, 5);
  await stopped.stderr;
});

async function until(condition: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 500; i++) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error("waited for 10 s");
}

Deno.test("run leaves a command alone that outlives it, and puts its cgroup away then", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const run = start(
      `echo pid $$ .; cat /proc/self/cgroup; until [ -e ${folder}/over ]; do sleep 0.05; done 2>/dev/null`,
    );
    const text = await run.said("tcptop-run-"),
      [, pid] = /pid (\d+) \./.exec(text)!,
      [, cgroup] = /(tcptop-run-\d+)/.exec(text)!;
    run.child.kill("SIGKILL");
    await run.child.status;
    ok(await Deno.stat(`/proc/${pid}`));
    await Deno.writeTextFile(`${folder}/over`, "");
    await until(async () =>
      (await execute(["find", "/sys/fs/cgroup", "-maxdepth", "6", "-name", cgroup])).stdout === ""
    );
    await run.stderr;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("run says what cannot be run, and leaves nothing", async () => {
  const none = await execute(tcptop(["run", "--", "/nowhere/at/all"]));
  deepStrictEqual([none.code, none.stderr], [127, "tcptop: Cannot run '/nowhere/at/all': no such file or directory\n"]);
  const folder = await execute(tcptop(["run", "--", "/etc"]));
  deepStrictEqual([folder.code, folder.stderr], [126, "tcptop: Cannot run '/etc': permission denied\n"]);
  const unopened = await execute(tcptop(["run", "--record", "/nowhere/at/all", "--", "touch", "/tmp/tcptop-was-run"]));
  strictEqual(unopened.code, 1);
  match(unopened.stderr, /^tcptop: Cannot write to \/nowhere/);
  strictEqual((await execute(["ls", "/tmp/tcptop-was-run"])).stdout, "");
});

const SCRIPT = new URL("../../scripts/run", import.meta.url).pathname;
const OURS = ["DENO_DIR", "DENO_NO_PROMPT", "DENO_NO_UPDATE_CHECK", "MALLOC_ARENA_MAX", "MALLOC_TRIM_THRESHOLD_"];

/** What a process can tell of itself, one fact a line, without what differs from one process to the next. */
const ABOUT = `id; grep -E "^(Cap|NoNew|Seccomp|SigBlk|Groups|Uid|Gid|Umask)" /proc/self/status
  echo $((0x$(sed -n "s/^SigIgn:\\t//p" /proc/self/status) & 0x7fffffff)); ulimit -a; pwd; nice
  ls /proc/self/fd | wc -l; for fd in 0 1 2 7; do readlink /proc/$$/fd/$fd | tr -d 0-9; done; env | grep -v "^_=" | sort`;

Deno.test("a command is what it would be without tcptop: ids, groups, capabilities, signals, limits, environment, descriptors", async () => {
  const command = (
    line: string,
  ) => ["bash", "-c", `ulimit -Sn 1021; exec 7</etc/hostname; ${line}; exit $?`, "bash", ...bash(ABOUT).slice(1)];
  const run = (prefix: string) => execute(command(`${prefix} "$@"`));
  // What scripts/run sets is not handed on by a program that runs from source.
  const plain = `env ${OURS.map((name) => `-u ${name}`).join(" ")}`;
  // As scripts/run says it; an executable knows it.
  const FILES = "TCPTOP_FILES=1021";
  const root = `env ${FILES} ${tcptop(["run", "--"]).join(" ")}`;
  const [alone, watched] = await Promise.all([run(plain), run(root)]);
  strictEqual(watched.stdout, alone.stdout);
  ok(alone.stdout.includes("open files"));

  const sudo = "SUDO_UID=1 SUDO_GID=1 SUDO_USER=daemon SUDO_COMMAND=x";
  const switched = await run(`env ${sudo} ${root}`);
  const user = await run(
    `${plain} HOME=/usr/sbin USER=daemon LOGNAME=daemon SHELL=/usr/sbin/nologin setpriv --reuid 1 --regid 1 --init-groups`,
  );
  strictEqual(switched.stdout, user.stdout);
  match(switched.stdout, /^uid=1\(daemon\) gid=1\(daemon\)/);
  const asRoot = await run(`${sudo} ${tcptop(["run", "--as-root", "--"]).join(" ")}`);
  match(asRoot.stdout, /^uid=0\(root\)/);
});

Deno.test("a command has the limits of open files that tcptop was called with, though the runtime has raised the soft one", async () => {
  const programs = [[SCRIPT], ...Deno.env.has("TCPTOP_BIN") ? [tcptop([])] : []];
  for (const program of programs) {
    for (const [soft, hard] of [[1021, 4097], [1021, 1021], [4097, 4097]]) {
      const line = [...program, "run", "--", "bash", "-c", "ulimit -Sn; ulimit -Hn"];
      const limited = ["bash", "-c", `ulimit -Sn ${soft}; ulimit -Hn ${hard}; exec "$@"`, "bash", ...line];
      strictEqual((await execute(limited)).stdout, `${soft}\n${hard}\n`);
    }
  }
});

Deno.test("a command has the environment that sudo was called with", async () => {
  // A shell of that name: its own environment is that of its start, what it sets is only handed on.
  const folder = await Deno.makeTempDir();
  try {
    await Deno.copyFile("/bin/bash", `${folder}/sudo`);
    await Deno.chmod(folder, 0o755);
    const line = tcptop(["run", "--", "env"]).map((word) => `'${word}'`).join(" ");
    const script = `export HOME=/root MINE=2 SUDO_UID=1 SUDO_GID=1 DENO_DIR=${
      Deno.env.get("DENO_DIR")
    }; ${line}; exit $?`;
    const { code, stdout } = await execute(
      [
        "env",
        "-i",
        `PATH=${Deno.env.get("PATH")}`,
        "HOME=/home/ann",
        "MINE=a\nb",
        `${folder}/sudo`,
        "--norc",
        "-c",
        script,
      ],
    );
    strictEqual(code, 0);
    deepStrictEqual(
      stdout.split("\n").sort(),
      [`PATH=${Deno.env.get("PATH")}`, "HOME=/home/ann", "MINE=a", "b", ""].sort(),
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("run tells names of /etc/hosts with -r alone, as without run, whatever is told of it", async () => {
  using truth = new Truth();
  const folder = await Deno.makeTempDir(), recording = `${folder}/recording`, policy = `${folder}/policy`;
  try {
    await Deno.writeTextFile(policy, "remote=localhost\n");
    const said = async (...args: string[]) => {
      const script = bash(`${SEND(truth.port)} sleep 0.3; send 3; sleep 0.3`);
      const { code, stdout } = await execute(
        tcptop(["run", "-i", "100ms", "--inside", "--allow", policy, ...args, ...script]),
      );
      strictEqual(code, 0);
      ok(/127\.0\.0\.1|localhost/.test(stdout), stdout);
      return stdout.includes("localhost");
    };
    for (
      const args of [
        ["--json"],
        ["--json", "--group", "remote"],
        ["--csv", "-"],
        ["--csv", "-", "--group", "remote"],
        ["--events", "--json"],
        ["--events", "--json", "--group", "remote"],
        ["--when", "new remote", "--json"],
        ["--batch"],
      ]
    ) {
      // Filters know them.
      const filter = args[0] === "--when" ? [] : ["--filter", "remote:localhost"];
      deepStrictEqual([args, await said(...args, ...filter), await said(...args, "-r")], [args, false, true]);
    }
    await said("--json", "--record", recording);
    const { code, stdout } = await execute(tcptop(["--replay", recording, "--json", "--inside", "--allow", policy]));
    deepStrictEqual([code, stdout.includes("localhost"), stdout.includes("127.0.0.1")], [0, false, true]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
