/** A real build under watch: everything that it talked to is in its report, as whoever answered it knows. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import type { ReportData } from "../../src/output/report/data.ts";
import { CountingProxy } from "../support/counting_proxy.ts";
import { execute, tcptop } from "../support/tcptop.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

async function folder(): Promise<{ path: string } & AsyncDisposable> {
  const path = await Deno.makeTempDir({ prefix: "tcptop-" });
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

async function run(...line: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await execute(line);
  if (code !== 0) throw new Error(`${line.join(" ")} ended with ${code}: ${stdout}${stderr}`);
  return stdout + stderr;
}

/** What a report has: its connections as the proxy has them, and whom they went to. */
async function reported(path: string) {
  const page = await Deno.readTextFile(path);
  const { connections: c, texts }: ReportData = JSON.parse(/ id="data">(.*?)<\/script>/s.exec(page)![1]);
  const flows = c.opened.map((_, i) => `${c.localPort[i]} ${c.rx[i]} ${c.tx[i]}`).sort();
  const peers = new Set(c.peer.map((i) => texts[i])), processes = new Set(c.process.map((i) => texts[i]));
  return { page, flows, peers, processes };
}

/** A registry of packages of one file each, whatever is asked for: NAME with the versions that are wanted of it. */
async function registry(
  wanted: Readonly<Record<string, string>>,
  optional: Readonly<Record<string, string>>,
  work: string,
) {
  const port = { now: 0 }, all = { ...wanted, ...optional };
  const tarball = async (name: string) => {
    const package_ = `${work}/${name.replaceAll("/", "+")}/package`;
    await Deno.mkdir(package_, { recursive: true });
    await Deno.writeTextFile(`${package_}/package.json`, JSON.stringify({ name, version: all[name] }));
    await Deno.writeTextFile(`${package_}/README`, name.repeat(997));
    await run("tar", "czf", `${package_}.tgz`, "-C", `${package_}/..`, "package");
    return await Deno.readFile(`${package_}.tgz`);
  };
  const tarballs = new Map<string, Uint8Array<ArrayBuffer>>();
  for (const name of Object.keys(all)) tarballs.set(name, await tarball(name));
  const packument = (name: string) => {
    const version = all[name], dist = { tarball: `http://127.0.0.1:${port.now}/${name}/-/it.tgz` };
    const more = name in wanted ? { optionalDependencies: optional } : {};
    return { name, "dist-tags": { latest: version }, versions: { [version]: { name, version, dist, ...more } } };
  };
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    const path = decodeURIComponent(new URL(request.url).pathname).slice(1), name = path.replace(/\/-\/it\.tgz$/, "");
    const bytes = tarballs.get(name);
    if (bytes === undefined) return new Response("there is no such package", { status: 404 });
    return path === name ? Response.json(packument(name)) : new Response(bytes);
  });
  return { server, setPort: (own: number) => port.now = own };
}

Deno.test("npm install of this project's own scripts folder: its report has each connection to the registry, with every byte", async () => {
  await using work = await folder();
  const { dependencies } = JSON.parse(await Deno.readTextFile(`${ROOT}scripts/package.json`));
  const lock = JSON.parse(await Deno.readTextFile(`${ROOT}scripts/package-lock.json`));
  const optional: Record<string, string> = lock.packages["node_modules/deno"].optionalDependencies;
  const { server, setPort } = await registry(dependencies, optional, `${work.path}/registry`);
  {
    await using proxy = new CountingProxy(() => Deno.connect({ hostname: "127.0.0.1", port: server.addr.port }));
    setPort(proxy.port);
    await Deno.mkdir(`${work.path}/scripts`);
    await Deno.copyFile(`${ROOT}scripts/package.json`, `${work.path}/scripts/package.json`);
    const options = [
      `--prefix=${work.path}/scripts`,
      `--cache=${work.path}/cache`,
      `--registry=http://127.0.0.1:${proxy.port}/`,
    ];
    const npm = ["npm", "install", "--no-package-lock", "--no-audit", "--no-fund", "--no-update-notifier", ...options];
    const report = `${work.path}/report.html`;
    match(await run(...tcptop(["run", "--report", report, "--", ...npm])), /added \d+ packages?/);
    const { page, flows, peers } = await reported(report), truth = await proxy.all();
    ok(truth.length > 0);
    deepStrictEqual(flows, truth);
    deepStrictEqual([...peers].map((peer) => peer.split(":").at(-1)), [`${proxy.port}/tcp`]);
    match(page, /<h1><code>npm install /);
    strictEqual((await Deno.stat(report)).mode! & 0o777, 0o600);
  }
  await server.shutdown();
});

Deno.test("git clone from a local git daemon: its report has the connection, with every byte", async () => {
  await using work = await folder();
  const of = (...words: string[]) => run("git", "-c", "user.name=a", "-c", "user.email=a@example.org", ...words);
  await of("init", "-q", `${work.path}/base/project`);
  await Deno.writeTextFile(`${work.path}/base/project/file`, "something\n".repeat(10_007));
  await of("-C", `${work.path}/base/project`, "add", "file");
  await of("-C", `${work.path}/base/project`, "commit", "-qm", "first");
  // One daemon a connection, as inetd has it.
  const daemons: Promise<unknown>[] = [];
  await using proxy = new CountingProxy(() => {
    const args = ["daemon", "--inetd", "--export-all", `--base-path=${work.path}/base`];
    const child = new Deno.Command("git", { args, stdin: "piped", stdout: "piped", stderr: "null" }).spawn();
    daemons.push(child.status);
    return Promise.resolve({ readable: child.stdout, writable: child.stdin });
  });
  const report = `${work.path}/report.html`, url = `git://127.0.0.1:${proxy.port}/project`;
  await run(...tcptop(["run", "--report", report, "--", "git", "clone", "-q", url, `${work.path}/clone`]));
  const { flows, peers, processes } = await reported(report);
  deepStrictEqual(flows, await proxy.all());
  deepStrictEqual([flows.length, [...processes]], [1, ["git"]]);
  deepStrictEqual([...peers].map((peer) => peer.split(":").at(-1)), [`${proxy.port}/tcp`]);
  strictEqual((await Deno.stat(`${work.path}/clone/file`)).size, 100_070);
  await Promise.all(daemons);
});

Deno.test("a replay's report is whole, and what cannot be run leaves none", async () => {
  await using work = await folder();
  const recording = `${ROOT}examples/demo.tcptop`, report = `${work.path}/report.html`;
  const { code, stdout, stderr } = await execute(tcptop(["--replay", recording, "--report", report]));
  deepStrictEqual([code, stdout, stderr], [0, "", ""]);
  const { flows } = await reported(report);
  const all = await execute(tcptop(["--replay", recording, "--json"]));
  const ids = new Set(
    all.stdout.trim().split("\n").flatMap((line) =>
      (JSON.parse(line).flows as { id: string; remote: object | null }[]).filter(({ remote }) => remote !== null).map((
        { id },
      ) => id)
    ),
  );
  strictEqual(flows.length, ids.size);

  // By then root is given up, and nobody may remove it elsewhere.
  await Deno.chmod(work.path, 0o777);
  const none = `${work.path}/none.html`;
  strictEqual((await execute(tcptop(["run", "--report", none, "--", `${work.path}/no-such`]))).code, 127);
  ok(!await Deno.stat(none).then(() => true, () => false));
  await Deno.symlink(report, none);
  match(
    (await execute(tcptop(["--replay", recording, "--report", none]))).stderr,
    /^tcptop: Cannot write to .*none\.html: /,
  );
});
