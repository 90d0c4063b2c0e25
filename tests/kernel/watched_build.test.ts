/** Real builds under watch: what npm and git talked to is in the record and in the report, to the byte. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { FlowFacts } from "../../src/output/flow_facts.ts";
import { execute, type SampleDocument, tcptop } from "../support/tcptop.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

/** Stands in front of a server, and knows what each connection has brought: the witness. */
class Relay implements Disposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #connections: Promise<string>[] = [];
  #up = 0;
  #down = 0;

  constructor(readonly target: number) {
    this.#accept();
  }

  get port(): number {
    return (this.#listener.addr as Deno.NetAddr).port;
  }

  /** "PORT UP DOWN" of each, once all have ended. */
  async all(): Promise<string[]> {
    return (await Promise.all(this.#connections)).sort();
  }

  get sums(): [up: string, down: string] {
    return [String(this.#up), String(this.#down)];
  }

  async #accept(): Promise<void> {
    for await (const connection of this.#listener) this.#connections.push(this.#relay(connection));
  }

  async #relay(client: Deno.TcpConn): Promise<string> {
    const server = await Deno.connect({ hostname: "127.0.0.1", port: this.target });
    const counted = async (from: Deno.TcpConn, to: Deno.TcpConn) => {
      let bytes = 0;
      const count = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
        transform(chunk, controller) {
          bytes += chunk.length;
          controller.enqueue(chunk);
        },
      });
      await from.readable.pipeThrough(count).pipeTo(to.writable).catch(() => {});
      return bytes;
    };
    const [up, down] = await Promise.all([counted(client, server), counted(server, client)]);
    this.#up += up;
    this.#down += down;
    return `${client.remoteAddr.port} ${up} ${down}`;
  }

  [Symbol.dispose](): void {
    this.#listener.close();
  }
}

async function output(program: string, args: readonly string[], cwd: string): Promise<Uint8Array<ArrayBuffer>> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args: [...args], cwd }).output();
  if (!success) throw new Error(`${program} ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
  return stdout;
}

/** A registry that has these packages of scripts/node_modules; those of other machines have nothing in them. */
async function registry(folder: string, own: string): Promise<Deno.HttpServer<Deno.NetAddr>> {
  const { dependencies } = JSON.parse(await Deno.readTextFile(`${ROOT}scripts/package.json`));
  const deno = JSON.parse(await Deno.readTextFile(`${ROOT}scripts/node_modules/deno/package.json`));
  strictEqual(dependencies.deno, deno.version);
  const packages = new Map<string, { manifest: { version: string }; tarball: Uint8Array<ArrayBuffer> }>();
  for (const name of ["deno", ...Object.keys(deno.optionalDependencies)]) {
    const manifest = name === "deno"
      ? deno
      : name === own
      ? JSON.parse(await Deno.readTextFile(`${ROOT}scripts/node_modules/${name}/package.json`))
      : { name, version: deno.version, os: ["none"] };
    await Deno.mkdir(`${folder}/package`, { recursive: true });
    await Deno.writeTextFile(`${folder}/package/package.json`, JSON.stringify(manifest));
    // The binary itself would take seconds.
    if (name === own) await Deno.writeFile(`${folder}/package/deno`, crypto.getRandomValues(new Uint8Array(65_521)));
    packages.set(name, { manifest, tarball: await output("tar", ["czf", "-", "package"], folder) });
    await Deno.remove(`${folder}/package`, { recursive: true });
  }
  return Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, ({ url, headers }) => {
    const path = decodeURIComponent(new URL(url).pathname.slice(1)), found = packages.get(path.replace(/\.tgz$/, ""));
    if (found === undefined) return new Response("{}", { status: 404 });
    if (path.endsWith(".tgz")) return new Response(found.tarball);
    const { manifest } = found, dist = { tarball: `http://${headers.get("host")}/${path}.tgz` };
    const versions = { [manifest.version]: { ...manifest, dist } };
    return Response.json({ name: path, "dist-tags": { latest: manifest.version }, versions });
  });
}

/** A port that git's daemon can listen on, which takes no port 0. */
function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

async function gitDaemon(folder: string, port: number): Promise<Deno.ChildProcess> {
  const git = (...args: string[]) =>
    output("git", ["-c", "user.name=a", "-c", "user.email=a@b", ...args], `${folder}/project`);
  await output("cp", ["-r", `${ROOT}src`, `${folder}/project`], folder);
  await git("init", "--quiet", ".");
  await git("add", ".");
  await git("commit", "--quiet", "--message", "all");
  const args = [
    "daemon",
    `--base-path=${folder}`,
    "--export-all",
    "--reuseaddr",
    "--listen=127.0.0.1",
    `--port=${port}`,
  ];
  const daemon = new Deno.Command("git", { args, stdin: "null", stdout: "null", stderr: "null" }).spawn();
  for (let i = 0; i < 400; i++) {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port }).catch(() => null);
    if (connection !== null) {
      connection.close();
      return daemon;
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error("git daemon does not listen");
}

/** The rows of the table with that caption, with the exact figures behind the texts. */
function rowsOf(page: string, caption: string): string[][] {
  const table = page.slice(page.indexOf(`<caption>${caption}</caption>`)),
    body = table.slice(0, table.indexOf("</table>"));
  return [...body.matchAll(/<tr><th scope="row">([^]*?)<\/tr>/g)].map(([, row]) =>
    row.replace("</th>", "</td>").split("</td>").slice(0, -1).map((cell) =>
      /data-value="([^"]*)"/.exec(cell)?.[1] ?? cell.replace(/<[^>]*>/g, "").trim()
    )
  );
}

async function watch(folder: string, ...command: string[]) {
  const [report, recording] = [`${folder}/report.html`, `${folder}/recording`];
  const env = { HOME: folder, npm_config_update_notifier: "false" };
  const { code, stderr } = await execute(
    tcptop(["run", "--interval", "200ms", "--report", report, "--record", recording, "--", ...command]),
    env,
  );
  strictEqual(code, 0, stderr);
  const { stdout } = await execute(tcptop(["--replay", recording, "--json"]));
  const samples = stdout.trim().split("\n").map((line): SampleDocument => JSON.parse(line));
  const flows = new Map<string, FlowFacts>(samples.flatMap(({ flows }) => flows).map((flow) => [flow.id, flow]));
  const page = await Deno.readTextFile(report);
  await Deno.remove(recording);
  return { flows: [...flows.values()], map: rowsOf(page, "Who talks to whom") };
}

const ends = (flows: readonly FlowFacts[]) => flows.map((f) => `${f.local.port} ${f.tx_bytes} ${f.rx_bytes}`).sort();

Deno.test("npm install and git clone under watch: each connection, to the byte, and nobody else in the report", async () => {
  const folder = await Deno.makeTempDir(), own = `@deno/linux-${Deno.build.arch === "x86_64" ? "x64" : "arm64"}-glibc`;
  let daemon: Deno.ChildProcess | null = null;
  await using server = await registry(folder, own);
  try {
    using npm = new Relay(server.addr.port);
    await Deno.mkdir(`${folder}/scripts`);
    await Deno.copyFile(`${ROOT}scripts/package.json`, `${folder}/scripts/package.json`);
    const words = ["--ignore-scripts", "--no-audit", "--no-fund", `--registry=http://127.0.0.1:${npm.port}`];
    const installed = await watch(
      folder,
      "npm",
      "install",
      `--prefix=${folder}/scripts`,
      `--cache=${folder}/cache`,
      ...words,
    );
    strictEqual((await Deno.stat(`${folder}/scripts/node_modules/${own}/deno`)).size, 65_521);
    ok(installed.flows.length > 0);
    deepStrictEqual(ends(installed.flows), await npm.all());
    deepStrictEqual(installed.map.map((row) => row.slice(1)), [
      [`127.0.0.1:${npm.port}, on this machine`, `${npm.port}/tcp`, `${installed.flows.length}`, "0", ...npm.sums],
    ]);

    const port = freePort();
    await Deno.mkdir(`${folder}/project`);
    daemon = await gitDaemon(folder, port);
    using git = new Relay(port);
    const cloned = await watch(
      folder,
      "git",
      "clone",
      "--quiet",
      `git://127.0.0.1:${git.port}/project`,
      `${folder}/clone`,
    );
    ok((await Deno.stat(`${folder}/clone/src/cli.ts`)).isFile);
    deepStrictEqual(ends(cloned.flows), await git.all());
    deepStrictEqual(cloned.map, [
      ["git", `127.0.0.1:${git.port}, on this machine`, `${git.port}/tcp`, "1", "0", ...git.sums],
    ]);
  } finally {
    daemon?.kill();
    await daemon?.status;
    await Deno.remove(folder, { recursive: true });
  }
});
