/** Engines that are played over a Unix socket. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { ContainerNames, localEngines } from "../../src/app/container_names.ts";
import { cgroupOf } from "../../src/flow/container.ts";
import { Engine } from "../../src/app/engine.ts";

const WEB = "ab".repeat(32), GONE = "cd".repeat(32);
const now = () => performance.now();

type Answer = (path: string) => Response | Promise<Response>;

/** Runs the test with an engine that answers so, and says what it was asked. */
async function withEngine(answer: Answer, test: (path: string, asked: string[]) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir(), path = `${folder}/engine.sock`, asked: string[] = [];
  const server = Deno.serve({ path, onListen: () => {} }, (request) => {
    asked.push(new URL(request.url).pathname);
    return answer(asked.at(-1)!);
  });
  try {
    await test(path, asked);
  } finally {
    await server.shutdown();
    await Deno.remove(folder, { recursive: true });
  }
}

const docker: Answer = (path) =>
  path === "/containers/json"
    ? Response.json([{ Id: WEB, Names: ["/web"] }])
    : path === `/containers/${WEB}/json`
    ? Response.json({ Id: WEB, Name: "/web" })
    : Response.json({ message: "No such container" }, { status: 404 });

Deno.test("ContainerNames asks the engine of the container's runtime, once", async () => {
  await withEngine(docker, async (path, asked) => {
    const names = new ContainerNames({ docker: [new Engine(path, now)], podman: [] });
    for (let i = 0; i < 3; i++) names.want(cgroupOf(`/docker/${WEB}`));
    names.want(cgroupOf(`/docker/${GONE}`));
    names.want(cgroupOf(`/machine.slice/libpod-${WEB}.scope`));
    await names.settled();
    deepStrictEqual([...names.names], [[WEB, "web"]]);
    deepStrictEqual(asked, [`/containers/${WEB}/json`, `/containers/${GONE}/json`]);
  });
});

Deno.test("ContainerNames learns all that run at the beginning", async () => {
  await withEngine(docker, async (path) => {
    const engine = new Engine(path, now);
    deepStrictEqual([...(await engine.list())!], [[WEB, "web"]]);
  });
});

Deno.test("ContainerNames says which of those that are wanted it has found, once each, and asks for none that it was told", async () => {
  await withEngine(docker, async (path, asked) => {
    const names = new ContainerNames({ docker: [new Engine(path, now)] }), found: string[][] = [];
    names.found = (id, name) => found.push([id, name]);
    names.add([[GONE, "told"], ["1f".repeat(32), "of nobody here"]]);
    for (const id of [WEB, GONE, WEB]) names.want(cgroupOf(`/docker/${id}`));
    await names.settled();
    deepStrictEqual([found, asked], [[[GONE, "told"], [WEB, "web"]], [`/containers/${WEB}/json`]]);
  });
});

Deno.test("ContainerNames asks nothing of the dead", async () => {
  const names = new ContainerNames({ docker: [new Engine("/nowhere/docker.sock", now)] });
  const startMs = now();
  for (let i = 0; i < 500; i++) names.want(cgroupOf(`/docker/${i.toString(16).padStart(64, "0")}`));
  await names.settled();
  strictEqual(names.names.size, 0);
  ok(now() - startMs < 10_000);
});

Deno.test("Engine leaves one that does not answer alone for a while", async () => {
  let nowMs = 0;
  const slow: Answer = () => new Promise((resolve) => setTimeout(() => resolve(new Response("late")), 1500));
  await withEngine(slow, async (path, asked) => {
    const engine = new Engine(path, () => nowMs);
    strictEqual(await engine.name(WEB), null);
    strictEqual(await engine.name(WEB), null);
    strictEqual(asked.length, 1);
    nowMs = 60_000;
    strictEqual(await engine.name(WEB), null);
    strictEqual(asked.length, 2);
  });
});

Deno.test("Engine takes no answer that is not a name", async () => {
  const wrong = [
    () => new Response("no JSON"),
    () => new Response("[".repeat(100_000)),
    () => new Response("x".repeat(5 << 20)),
    () => Response.json(null),
    () => Response.json({ Name: 7 }),
    () => Response.json({ Name: "/" }),
    () => Response.json({ Name: "x".repeat(256) }),
    () => Response.json([{ Id: 7, Names: "web" }]),
    () => Response.redirect("http://engine/elsewhere"),
  ];
  for (const answer of wrong) {
    await withEngine(answer, async (path) => {
      strictEqual(await new Engine(path, now).name(WEB), null);
      strictEqual((await new Engine(path, now).list())?.size ?? 0, 0);
    });
  }
});

Deno.test("ContainerNames reads names of pods from the kubelet's links", async () => {
  const logs = await Deno.makeTempDir(), pod = `/kubepods/burstable/pod6c1c7d8e-1f2a-4b3c-9d4e-5f6a7b8c9d0e/${WEB}`;
  await Deno.symlink("/nowhere", `${logs}/web-7d4b9c_shop_nginx-${WEB}.log`);
  await Deno.writeTextFile(`${logs}/other.log`, "");
  const names = new ContainerNames({}, logs);
  names.want(cgroupOf(pod));
  await names.settled();
  strictEqual(names.names.get(WEB), "shop/web-7d4b9c/nginx");
  await Deno.remove(logs, { recursive: true });
});

Deno.test("ContainerNames knows machines by the names that they have", () => {
  const names = new ContainerNames({});
  names.want(cgroupOf("/lxc.payload.web/init.scope"));
  strictEqual(names.names.get("web"), "web");
});

Deno.test("localEngines() puts the named socket first", () => {
  const variables: Record<string, string> = { DOCKER_HOST: "unix:///tmp/my.sock", CONTAINER_HOST: "ssh://elsewhere" };
  const { docker, podman } = localEngines((name) => variables[name], 1000, now);
  deepStrictEqual(docker.map(({ path }) => path), ["/tmp/my.sock", "/run/docker.sock", "/run/user/1000/docker.sock"]);
  deepStrictEqual(podman.map(({ path }) => path), ["/run/podman/podman.sock", "/run/user/1000/podman/podman.sock"]);
});
