/** Processes in cgroups of the shapes that container engines make. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { createSocket } from "node:dgram";
import { shimPath } from "../../src/app/paths.ts";
import { openShim } from "../../src/system/shim.ts";
import type { FlowFacts } from "../../src/output/flow_facts.ts";
import { execute, Running, type SampleDocument, tcptop } from "../support/tcptop.ts";

const ID = "0123456789abcdef".repeat(4);

/** Mount points of the cgroup hierarchies: version 2's, and one of version 1 if there is any. */
async function mounts(): Promise<{ v2: string | null; v1: string | null }> {
  const text = await Deno.readTextFile("/proc/self/mountinfo");
  const pointOf = (type: string) =>
    text.split("\n").find((line) => line.includes(` - ${type} `))?.split(" ")[4] ?? null;
  return { v2: pointOf("cgroup2"), v1: pointOf("cgroup") };
}

/** Removes the cgroups again, innermost first. */
async function withCgroup(mount: string, path: string, test: (folder: string) => Promise<void>): Promise<void> {
  const made: string[] = [];
  let folder = mount;
  try {
    for (const segment of path.slice(1).split("/")) {
      folder += `/${segment}`;
      const isNew = await Deno.mkdir(folder).then(() => true, (error) => {
        if (error instanceof Deno.errors.AlreadyExists) return false;
        throw error;
      });
      if (isNew) made.push(folder);
    }
    await test(folder);
  } finally {
    for (const each of made.reverse()) await Deno.remove(each);
  }
}

/** Runs the test while a shell in the cgroup sends datagrams to `port`. */
async function withFlow<T>(folder: string, test: (port: number) => Promise<T>): Promise<T> {
  const server = createSocket("udp4");
  await new Promise<void>((resolve) => server.bind(0, "127.0.0.1", resolve));
  const { port } = server.address();
  const command = `echo $$ >${folder}/cgroup.procs && exec 3<>/dev/udp/127.0.0.1/${port} && ` +
    "echo -n 12345 >&3; while read -t 0.2; [ $? -gt 128 ]; do echo -n 12345 >&3; done";
  const shell = new Deno.Command("bash", { args: ["-c", command], stdin: "piped" }).spawn();
  try {
    return await test(port);
  } finally {
    await shell.stdin.close();
    await shell.status;
    server.close();
  }
}

/** The flow of such a shell, once it fits. */
function flowIn(folder: string, running: Running, fits: (flow: FlowFacts) => boolean): Promise<FlowFacts> {
  return withFlow(folder, async (port) => {
    const isOurs = (flow: FlowFacts) => flow.remote?.port === port && fits(flow);
    const { flows } = await running.until("the flow", ({ flows }) => flows.some(isOurs));
    return flows.find(isOurs)!;
  });
}

const hasCgroup = ({ cgroup }: FlowFacts) => cgroup !== null;

const SHAPES: readonly (readonly [path: string, runtime: string])[] = [
  [`/system.slice/docker-${ID}.scope`, "docker"],
  [`/docker/${ID}`, "docker"],
  [`/machine.slice/libpod-${ID}.scope/container`, "podman"],
  [`/kubepods/burstable/pod6c1c7d8e-1f2a-4b3c-9d4e-5f6a7b8c9d0e/${ID}`, "kubernetes"],
  [`/kubepods.slice/kubepods-pod6c1c7d8e.slice/cri-containerd-${ID}.scope`, "containerd"],
];

Deno.test("cgroup and container are those of the process, in the shapes of Docker, Podman and Kubernetes", async () => {
  const { v2 } = await mounts();
  ok(v2, "this machine has no cgroup v2 mounted");
  await using running = await Running.start("-i", "200ms", "--udp");
  for (const [path, runtime] of SHAPES) {
    await withCgroup(v2, path, async (folder) => {
      const flow = await flowIn(folder, running, hasCgroup);
      deepStrictEqual([flow.cgroup, flow.container], [path, { id: ID, runtime, name: null }]);
    });
  }
});

Deno.test("cgroup finds a container that was made in a hierarchy of version 1", async () => {
  const { v1 } = await mounts();
  if (v1 === null) {
    console.log("nothing to test: this machine has version 2 alone, where the test above says all");
    return;
  }
  await using running = await Running.start("-i", "200ms", "--udp");
  await withCgroup(v1, `/docker/${ID}`, async (folder) => {
    const { cgroup, container } = await flowIn(folder, running, hasCgroup);
    deepStrictEqual([cgroup, container?.runtime, container?.id], [`/docker/${ID}`, "docker", ID]);
  });
});

Deno.test("cgroup shows the name that the engine gives to a container, made harmless on the screen, and a recording has it too", async () => {
  const { v2 } = await mounts(), folder = await Deno.makeTempDir(), name = "/web\x1b[2J";
  const server = Deno.serve(
    { path: `${folder}/engine.sock`, onListen: () => {} },
    ({ url }) => Response.json(url.endsWith("/containers/json") ? [{ Id: ID, Names: [name] }] : { Name: name }),
  );
  Deno.env.set("DOCKER_HOST", `unix://${folder}/engine.sock`);
  try {
    await withCgroup(v2!, `/docker/${ID}`, async (cgroup) => {
      const told = { id: ID, runtime: "docker", name: "web\x1b[2J" }, file = `${folder}/run.tcptop`;
      {
        await using running = await Running.start("-i", "200ms", "--udp", "--record", file);
        const { container, id } = await flowIn(cgroup, running, ({ container }) => container?.name != null);
        deepStrictEqual(container, told);
        strictEqual(await running.stop(), 0);
        // Nobody is asked: the engine of the machine that plays it knows nothing of this one.
        for (const line of [["--replay", file], ["--replay", "-"]]) {
          const { stdout } = await execute(["sh", "-c", `exec "$@" <${file}`, "sh", ...tcptop([...line, "--json"])], {
            DOCKER_HOST: "",
          });
          const again = stdout.trim().split("\n").flatMap((text) => (JSON.parse(text) as SampleDocument).flows);
          deepStrictEqual(
            new Set(again.filter((flow) => flow.id === id).map(({ container }) => container)),
            new Set([told]),
          );
        }
      }
      const table = tcptop(["-b", "-n", 4, "-i", "300ms", "--udp", "-c", "container,remote"]);
      const { stdout } = await withFlow(cgroup, () => execute(table));
      ok(stdout.split("\n").some((line) => line.startsWith("web␛[2J")), stdout);
    });
  } finally {
    Deno.env.delete("DOCKER_HOST");
    await server.shutdown();
    await Deno.remove(folder, { recursive: true });
  }
});

/** One sample by a tcptop that does not find version 2 mounted, and may be in a cgroup namespace of its own. */
async function onceUnmounted(v2: string, folder: string | null): Promise<SampleDocument> {
  const line = tcptop(["--once", "--json", "-i", "1s", "--udp"]).map((word) => `'${word}'`).join(" ");
  const enter = folder === null ? "" : `echo $$ >${folder}/cgroup.procs && `;
  const flags = folder === null ? "-m" : "-m -C";
  const command = `${enter}exec unshare ${flags} sh -c "umount ${v2} && exec ${line}"`;
  const { code, stdout, stderr } = await execute(["bash", "-c", command]);
  deepStrictEqual([code, stderr], [0, ""]);
  return JSON.parse(stdout);
}

const udpNotes = ({ source }: SampleDocument) =>
  source.notes.map(({ code }) => code).filter((code) => /^udp/.test(code));

Deno.test("cgroup v2 is mounted privately where it is not mounted, and all of UDP is seen", async () => {
  const { v2 } = await mounts();
  await withCgroup(v2!, `/docker/${ID}`, (folder) =>
    withFlow(folder, async (port) => {
      const sample = await onceUnmounted(v2!, null);
      const flow = sample.flows.find(({ remote }) => remote?.port === port);
      deepStrictEqual([sample.source.udp, udpNotes(sample), flow?.container?.id], ["bpf", [], ID]);
    }));
});

Deno.test("cgroup namespaces that hide other processes' UDP are named in a note", async () => {
  const { v2 } = await mounts();
  await withCgroup(v2!, `/docker/${ID}`, async (folder) => {
    const sample = await onceUnmounted(v2!, folder);
    deepStrictEqual([sample.source.udp, udpNotes(sample)], ["bpf", ["udp_partial"]]);
  });
});

Deno.test("tcptop__process_cgroups() says nothing of a process that began at another time than the one that is meant", () => {
  const library = openShim(shimPath(), false), { symbols } = library, buffer = new Uint8Array(1 << 16);
  const bytes = (startNs: bigint) => symbols.tcptop__process_cgroups(Deno.pid, startNs, buffer, buffer.length);
  try {
    ok(bytes(0n) > 0);
    deepStrictEqual([bytes(1_000_000_000n), symbols.tcptop__process_cgroups(2 ** 31, 0n, buffer, buffer.length)], [
      0,
      0,
    ]);
  } finally {
    library.close();
  }
});
