/** What is left of root once everything is open, and that everything still works. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { isAtLeast } from "../../src/system/kernel_version.ts";
import { lines, within } from "../support/lines.ts";
import { Netns } from "../support/netns.ts";
import { execute, Running, type SampleDocument, tcptop } from "../support/tcptop.ts";
import { Workload } from "../support/workload.ts";

const SUDO = { SUDO_UID: "12345", SUDO_GID: "23456" };
const DROPPED = "12345 12345 12345 12345";
const NET_ADMIN = 1n << 12n;
/** Where the kernel can translate addresses, the reader's thread keeps what looking at its table of connections takes. */
const TRANSLATES = await execute(["test", "-e", "/proc/sys/net/netfilter/nf_conntrack_count"]).then(({ code }) =>
  code === 0
);
const KEPT = TRANSLATES ? [NET_ADMIN] : [];
const FROM_NETLINK = 1n << 2n | 1n << 12n | 1n << 19n | 1n << 21n; // DAC_READ_SEARCH, NET_ADMIN, SYS_PTRACE, SYS_ADMIN

interface Thread {
  readonly name: string;
  readonly facts: readonly string[];
  readonly capabilities: readonly bigint[];
}

async function threads(pid: number): Promise<Thread[]> {
  const found: Thread[] = [];
  for await (const { name } of Deno.readDir(`/proc/${pid}/task`)) {
    const status = await Deno.readTextFile(`/proc/${pid}/task/${name}/status`);
    const field = (key: string) =>
      new RegExp(`^${key}:[\\t ]*(.*?)[\\t ]*$`, "m").exec(status)![1].replaceAll("\t", " ");
    found.push({
      name: field("Name"),
      facts: ["Uid", "Gid", "Groups", "NoNewPrivs", "Seccomp"].map(field),
      capabilities: ["CapPrm", "CapEff", "CapInh", "CapAmb"].map((key) => BigInt(`0x${field(key)}`)),
    });
  }
  return found;
}

/** Sets the variables for as long as `body` runs. */
async function withEnvironment(variables: Record<string, string>, body: () => Promise<void>): Promise<void> {
  for (const [name, value] of Object.entries(variables)) Deno.env.set(name, value);
  try {
    await body();
  } finally {
    for (const name of Object.keys(variables)) Deno.env.delete(name);
  }
}

/** What each thread that has any capability may use, and that it can pass none on. */
function holders(all: readonly Thread[]): bigint[] {
  return all.filter(({ capabilities }) => capabilities.some((set) => set !== 0n)).map(({ capabilities }) => {
    const [permitted, effective, inheritable, ambient] = capabilities;
    deepStrictEqual([effective, inheritable, ambient], [permitted, 0n, 0n]);
    return permitted;
  });
}

Deno.test("tcptop becomes the user behind sudo on every thread, without groups or capabilities but for NAT's on one", async () => {
  await withEnvironment(SUDO, async () => {
    await using running = await Running.start("--source", "bpf", "--interval", "200ms");
    const all = await threads(running.pid);
    for (const { facts } of all) deepStrictEqual(facts, [DROPPED, "23456 23456 23456 23456", "", "1", "2"]);
    deepStrictEqual(holders(all), KEPT);
  });
});

Deno.test("tcptop gives up root while it watches a command, as ever", async () => {
  await withEnvironment(SUDO, async () => {
    const [program, ...args] = tcptop(["run", "--", "sh", "-c", "echo ready; read -r line"]);
    const child = new Deno.Command(program, { args, stdin: "piped", stdout: "piped", stderr: "null" }).spawn();
    try {
      const output = lines(child.stdout);
      strictEqual((await within(30, "the command", output.next())).value, "ready");
      const all = await threads(child.pid);
      for (const { facts } of all) deepStrictEqual(facts, [DROPPED, "23456 23456 23456 23456", "", "1", "2"]);
      deepStrictEqual(holders(all), KEPT);
      await output.return();
    } finally {
      await child.stdin.close();
    }
    strictEqual((await within(30, "its end", child.status)).code, 1);
  });
});

Deno.test("--source netlink keeps capabilities on the one thread of its own, and no other", async () => {
  await withEnvironment(SUDO, async () => {
    await using running = await Running.start("--source", "netlink", "--interval", "200ms");
    const all = await threads(running.pid), holders = all.filter(({ capabilities }) => capabilities[0] !== 0n);
    for (const { facts } of all) deepStrictEqual(facts, [DROPPED, "23456 23456 23456 23456", "", "1", "2"]);
    deepStrictEqual(holders.map(({ capabilities }) => capabilities), [[FROM_NETLINK, FROM_NETLINK, 0n, 0n]]);
  });
});

Deno.test("--keep-privileges stays root", async () => {
  await using running = await Running.start("--interval", "200ms", "--keep-privileges");
  for (const { facts } of await threads(running.pid)) strictEqual(facts[0], "0 0 0 0");
});

for (const source of ["bpf", "netlink"]) {
  Deno.test(`1,000 connections that another user opens after the drop are all attributed by ${source}`, async () => {
    await withFolder(async (folder) => {
      await using running = await Running.start("--source", source, "--interval", "500ms");
      await using workload = await Workload.startAs(54321, folder, "hold", "--count", 500);
      const held = await workload.until("ready");
      const sample = await running.until(
        "1,000 attributed ends",
        ({ flows }) =>
          flows.filter(({ local, remote, process, rx_bytes, tx_bytes }) =>
            process !== null && (local.port === held.port || remote?.port === held.port) && remote !== null &&
            rx_bytes! + tx_bytes! === 1512
          ).length === 1000,
      );
      const ends = sample.flows.filter(({ local, remote }) =>
        remote !== null && (local.port === held.port || remote.port === held.port)
      );
      for (const { local, pid, process, uid, rx_bytes, tx_bytes } of ends) {
        const server = local.port === held.port, owner = server ? held.server : held.client;
        deepStrictEqual([pid, process, uid, rx_bytes, tx_bytes], [
          owner.pid,
          owner.comm,
          54321,
          server ? 1009 : 503,
          server ? 503 : 1009,
        ]);
      }
      await workload.goOn();
      await workload.until("done");
    });
  });
}

/** A folder that every user can enter, for as long as `body` runs. */
async function withFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  await Deno.chmod(folder, 0o755);
  try {
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN on the file are enough, and are given up on every thread, but for NAT's on one", async () => {
  await withFolder(async (folder) => {
    const [program, ...args] = tcptop(["--json", "--interval", "200ms"]), copy = `${folder}/program`;
    await Deno.copyFile(program, copy);
    // The last one is for reading the project itself, wherever it lies.
    const set = await execute(["setcap", "cap_bpf,cap_perfmon,cap_net_admin,cap_dac_read_search+ep", copy]);
    deepStrictEqual([set.code, set.stderr], [0, ""]);
    const child = new Deno.Command(copy, { args, uid: 54321, gid: 54321, stdin: "null", stdout: "piped" }).spawn();
    const samples = lines(child.stdout);
    try {
      const { value } = await within(30, "a sample", samples.next());
      const { source } = JSON.parse(value!);
      deepStrictEqual([source.tcp, source.udp], ["bpf", "bpf"]);
      const all = await threads(child.pid);
      for (const { facts } of all) {
        deepStrictEqual([facts[0], facts[3], facts[4]], ["54321 54321 54321 54321", "1", "2"]);
      }
      deepStrictEqual(holders(all), KEPT);
    } finally {
      child.kill("SIGKILL");
      await samples.return();
      await child.status;
    }
  });
});

/** Ids of the programs, maps and links that a process holds, as "prog 17". */
async function held(pid: number): Promise<string[]> {
  const found: string[] = [];
  for await (const { name } of Deno.readDir(`/proc/${pid}/fdinfo`)) {
    const text = await Deno.readTextFile(`/proc/${pid}/fdinfo/${name}`).catch(() => "");
    for (const [, kind, id] of text.matchAll(/^(prog|map|link)_id:\t(\d+)$/gm)) found.push(`${kind} ${id}`);
  }
  return found;
}

async function exists(what: string): Promise<boolean> {
  const [kind, id] = what.split(" ");
  return (await execute(["bpftool", kind, "show", "id", id])).code === 0;
}

/** A mount namespace that outlives what runs in it: others mount and unmount in the one that the test is in. */
class Mounts implements AsyncDisposable {
  private constructor(readonly child: Deno.ChildProcess) {}

  static async make(): Promise<Mounts> {
    const args = ["--mount", "--propagation=private", "sh", "-c", "echo made; read -r line"];
    const child = new Deno.Command("unshare", { args, stdin: "piped", stdout: "piped" }).spawn();
    const said = lines(child.stdout);
    strictEqual((await within(10, "a mount namespace", said.next())).value, "made");
    await said.return();
    return new Mounts(child);
  }

  line(line: readonly string[]): string[] {
    return ["nsenter", `--mount=/proc/${this.child.pid}/ns/mnt`, ...line];
  }

  /** One may go by itself, where others remove what it is mounted on; none comes by itself. */
  all(): string[] {
    return Deno.readTextFileSync(`/proc/${this.child.pid}/mountinfo`).split("\n");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.child.stdin.close();
    await this.child.status;
  }
}

Deno.test("kill -9 leaves no program, map, link, mount or process behind", async () => {
  await using mounts = await Mounts.make();
  const before = new Set(mounts.all());
  for (const afterMs of [0, 40, 150]) {
    await using running = await Running.of(mounts.line(tcptop(["--json", "--interval", "100ms"])));
    const ids = await held(running.pid);
    for (const kind of ["prog", "map", "link"]) ok(ids.some((id) => id.startsWith(kind)), `no ${kind} in ${ids}`);
    strictEqual(await exists(ids[0]), true);
    await new Promise((resolve) => setTimeout(resolve, afterMs));
    await running.stop("SIGKILL");
    const gone = async () => {
      for (const id of ids) while (await exists(id)) await new Promise((resolve) => setTimeout(resolve, 20));
    };
    await within(10, `the end of ${ids}`, gone());
    deepStrictEqual(mounts.all().filter((mount) => !before.has(mount)), []);
  }
});

/** A root that has these capabilities and no other, as a container's --cap-drop=ALL --cap-add=… gives. */
const withOnly = (names: readonly string[], line: string[]) => {
  const set = ["-all", ...names.map((name) => `+${name}`)].join(",");
  return ["setpriv", `--bounding-set=${set}`, `--inh-caps=-all`, ...line];
};

const facts = ({ stdout }: { stdout: string }) => {
  const { source, flows } = JSON.parse(stdout) as SampleDocument;
  return { source, flows };
};

Deno.test("root with exactly the capabilities that docs/needs.md names starts, and says that it stays root", async () => {
  await using workload = await Workload.start("hold", "--count", 3);
  const phase = await workload.until("ready");
  const ended = await execute(withOnly(["bpf", "perfmon", "net_admin"], tcptop(["--once", "--json"])));
  deepStrictEqual([ended.code, ended.stderr], [0, ""]);
  const { source, flows } = facts(ended);
  deepStrictEqual([source.tcp, source.udp], ["bpf", "bpf"]);
  ok(source.notes.some(({ code, remedy }) => code === "root_kept" && remedy!.includes("CAP_SETUID")));
  strictEqual(
    flows.filter(({ local, remote }) => remote?.port === phase.port || remote !== null && local.port === phase.port)
      .length,
    6,
  );
});

Deno.test("CAP_BPF and CAP_PERFMON alone are enough for TCP, and the notes name what UDP takes", async () => {
  await using workload = await Workload.start("hold", "--count", 3);
  const phase = await workload.until("ready");
  const ended = await execute(
    withOnly(["bpf", "perfmon"], tcptop(["--once", "--json", "--tcp", "--port", String(phase.port)])),
  );
  deepStrictEqual([ended.code, ended.stderr], [0, ""]);
  const { source, flows } = facts(ended);
  deepStrictEqual([source.tcp, flows.length, flows.every(({ process }) => process !== null)], ["bpf", 6, true]);
  match(
    source.notes.find(({ code }) => code === "udp_unavailable")!.remedy!,
    /^Give it CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN/,
  );
});

/** A doctor's verdict on those capabilities that are needed, and the sources that it names; and what a run then has. */
async function verdict(names: readonly string[]) {
  const doctor = await execute(withOnly(names, tcptop(["doctor", "--json"])));
  const { source, checks, remedy } = JSON.parse(doctor.stdout);
  const missing = checks.filter(({ id, ok, needed }: Verdict) => id.startsWith("cap_") && needed && !ok);
  const run = facts(await execute(withOnly(names, tcptop(["--once", "--json", "--interval", "100ms"])))).source;
  const codes = ({ notes }: { notes: readonly { code: string }[] }) =>
    notes.map(({ code }) => code).filter((code) => code !== "unattributed");
  deepStrictEqual([run.tcp, run.udp, codes(run)], [source.tcp, source.udp, codes(source)], String(names));
  const kill = checks.find(({ id }: Verdict) => id === "sock_destroy").ok;
  return { code: doctor.code, tcp: run.tcp, udp: run.udp, missing: missing.map(({ id }: Verdict) => id), kill, remedy };
}

interface Verdict {
  readonly id: string;
  readonly ok: boolean;
  readonly needed: boolean;
}

Deno.test("doctor misses no capability that CAP_SYS_ADMIN stands in for, and what it says is what a run then has", async () => {
  const { remedy, ...alone } = await verdict(["sys_admin"]);
  // Before Linux 6.9 attaching to a cgroup takes CAP_NET_ADMIN itself.
  const expected = isAtLeast(Deno.osRelease(), "6.9")
    ? { code: 0, udp: "bpf", missing: [] }
    : { code: 4, udp: "netlink", missing: ["cap_net_admin"] };
  deepStrictEqual(alone, { tcp: "bpf", kill: false, ...expected });
  match(remedy, /NET_ADMIN|CAP_SETUID/); // to join what NAT lies between, where the kernel has any
  const { remedy: _, ...both } = await verdict(["sys_admin", "net_admin"]);
  deepStrictEqual(both, { code: 0, tcp: "bpf", udp: "bpf", missing: [], kill: true });
  const cases = [
    [["bpf", "perfmon"], "bpf", ["cap_net_admin"], false],
    [["bpf", "net_admin"], "netlink", ["cap_perfmon"], true],
    [["perfmon", "net_admin"], "netlink", ["cap_bpf"], true],
    [["bpf"], "netlink", ["cap_perfmon", "cap_net_admin"], false],
    [[], "netlink", ["cap_bpf", "cap_perfmon", "cap_net_admin"], false],
  ] as const;
  for (const [names, tcp, missing, kill] of cases) {
    const { remedy, ...found } = await verdict(names);
    deepStrictEqual(found, { code: 4, tcp, udp: "netlink", missing, kill }, String(names));
    match(remedy, /--cap-add BPF --cap-add PERFMON --cap-add NET_ADMIN/);
  }
});

Deno.test("--source netlink says that other network namespaces take CAP_SYS_ADMIN, and has them with it", async () => {
  await using space = await Netns.make();
  await using workload = await Workload.start(
    ...["hold", "--count", 3, "--server-netns", space.path, "--client-netns", space.path],
  );
  await workload.until("ready");
  const seen = async (...names: string[]) => {
    const line = withOnly(names, tcptop(["--once", "--json", "--interval", "100ms", "--source", "netlink"]));
    const { source, flows } = facts(await execute(line));
    return [
      flows.filter(({ netns, remote }) => netns === space.inode && remote !== null).length,
      source.notes.filter(({ code }) => code === "namespaces_closed").map(({ remedy }) => remedy),
    ];
  };
  const owners = ["sys_ptrace", "dac_read_search"];
  deepStrictEqual(await seen(...owners), [0, ["In a container add --pid=host --cap-add SYS_ADMIN"]]);
  deepStrictEqual(await seen(...owners, "sys_admin"), [6, []]);
});

Deno.test("root without any capability has netlink, and is sent to no sudo", async () => {
  const ended = await execute(withOnly([], tcptop(["--once", "--json", "--source", "netlink"])));
  deepStrictEqual([ended.code, ended.stderr], [0, ""]);
  const { source } = facts(ended);
  strictEqual(source.tcp, "netlink");
  const remedies = source.notes.map(({ remedy }) => remedy ?? "");
  deepStrictEqual(remedies.filter((remedy) => remedy.includes("sudo")), []);
  ok(remedies.some((remedy) => remedy.includes("--cap-add SYS_PTRACE")));
});

Deno.test("root whose root directory is closed to others gives up root, and still finds owners", async () => {
  await using workload = await Workload.start("hold", "--count", 3);
  const phase = await workload.until("ready"), mode = (await Deno.stat("/")).mode! & 0o7777;
  // In a mount namespace of its own: an overlay of nothing over the root, closed to all but root.
  const closed =
    `d=$(mktemp -d) && mount -t tmpfs -o mode=700 none $d && for e in /*; do n=$d$e; if [ -L $e ]; then cp -P $e $n
    elif [ -d $e ]; then mkdir $n && mount --rbind $e $n; fi; done; exec chroot $d "$@"`;
  for (const source of ["bpf", "netlink"]) {
    const line = tcptop(["--json", "--count", 2, "--interval", "300ms", "--source", source]);
    const ended = await execute(["unshare", "--mount", "sh", "-c", closed, "sh", ...line]);
    deepStrictEqual([ended.code, ended.stderr], [0, ""], source);
    const last = JSON.parse(ended.stdout.trim().split("\n").at(-1)!) as SampleDocument;
    const mine = last.flows.filter(({ local, remote }) =>
      remote?.port === phase.port || remote !== null && local.port === phase.port
    );
    deepStrictEqual(mine.map(({ process }) => process).sort(), [
      ...Array(3).fill("wl-client"),
      ...Array(3).fill("wl-server"),
    ]);
  }
  strictEqual((await Deno.stat("/")).mode! & 0o7777, mode);
});

const DEMO = new URL("../../examples/demo.tcptop", import.meta.url).pathname;

/** What its threads are while nobody takes more than the first line of what it writes. */
async function threadsOf([program, ...args]: readonly string[], stdin: Uint8Array | null = null): Promise<Thread[]> {
  const child = new Deno.Command(program, { args, stdin: stdin === null ? "null" : "piped", stdout: "piped" }).spawn();
  const output = lines(child.stdout), input = stdin === null ? null : child.stdin.getWriter();
  try {
    const written = input?.write(stdin!);
    strictEqual((await within(30, "a line", output.next())).done, false);
    await written;
    return await threads(child.pid);
  } finally {
    child.kill("SIGKILL");
    await output.return();
    await child.status;
    await input?.close().catch(() => {});
  }
}

Deno.test("a recording is read without root, as the user behind sudo, also where that user may not go", async () => {
  await withEnvironment(SUDO, async () => {
    await withFolder(async (folder) => {
      // Where that user may not go.
      const hidden = `${folder}/hidden/tcptop-2026-01-02T03-04-05Z.tcptop`;
      await Deno.mkdir(`${folder}/hidden`, { mode: 0o700 });
      await Deno.copyFile(DEMO, hidden);
      const low = ["12345 12345 12345 12345", "23456 23456 23456 23456", "", "1", "2"];
      const bytes = await Deno.readFile(DEMO), replay = (path: string) => tcptop(["--replay", path, "--json"]);
      for (
        const all of [
          await threadsOf(replay(DEMO)),
          await threadsOf(replay(hidden)),
          await threadsOf(replay(`${folder}/hidden`)),
          await threadsOf(replay("-"), bytes.subarray(0, 60_000)),
        ]
      ) {
        for (const { facts } of all) deepStrictEqual(facts, low);
        deepStrictEqual(holders(all), []);
      }
    });
  });
});

Deno.test("--hosts and its ssh are the user behind sudo, with his groups", async () => {
  await withFolder(async (folder) => {
    // In the place of ssh, to be asked who it is.
    await Deno.writeTextFile(
      `${folder}/ssh`,
      `#!/bin/sh\necho "$(id -u) $(id -G) $(sed -n 's/^CapEff:.//p' /proc/self/status)" >&2\n`,
      { mode: 0o755 },
    );
    const [program, ...rest] = tcptop(["--hosts", "web1", "--once", "--json"]);
    // As scripts/run has it; an executable knows it.
    if (rest[0] === "run") rest.splice(1, 0, "--allow-run=ssh");
    const { code, stderr } = await execute([program, ...rest], {
      SUDO_UID: "1",
      SUDO_GID: "1",
      PATH: `${folder}:${Deno.env.get("PATH")}`,
    });
    deepStrictEqual([code, stderr], [1, `tcptop: web1: 1 1 ${"0".repeat(16)}\n`]);
  });
});
