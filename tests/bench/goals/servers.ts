/** Loads like those of real machines: Debian's servers, each on a port and in a folder of its own, with the client that goes with it.
 * A server ends with the bench, however that ends. */
import { compiled } from "../../support/compiled.ts";
import { child } from "./subjects.ts";

export interface Load extends AsyncDisposable {
  readonly name: string;
  readonly unit: string;
  /** What it achieves a second, in a run of about so long. */
  readonly run: (seconds: number) => Promise<number>;
}

const decoder = new TextDecoder();

async function output(command: readonly string[], cwd = "/"): Promise<string> {
  const [program, ...args] = command;
  const options = { args, cwd, stdin: "null", stdout: "piped", stderr: "piped" } as const;
  const { success, stdout, stderr } = await new Deno.Command(program, options).output();
  if (!success) throw new Error(`${program}: ${decoder.decode(stderr).trim().split("\n").at(-1)}`);
  return decoder.decode(stdout);
}

function field(text: string, pattern: RegExp): number {
  const found = pattern.exec(text);
  if (found === null) throw new Error(`no ${pattern} in: ${text}`);
  return Number(found[1]);
}

/** One that nobody listens on now. */
function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

const ANSWERS_WITHIN_MS = 15000;

/** Tries again and again, with a bound. */
async function until(isThere: () => Promise<unknown>): Promise<void> {
  for (const begun = performance.now();;) {
    try {
      await isThere();
      return;
    } catch (error) {
      if (performance.now() - begun > ANSWERS_WITHIN_MS) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

const DIES_WITH_US = ["setpriv", "--pdeathsig", "KILL"];

/** Folders that are still there; also where the bench is ended by a signal. */
const folders = new Set<string>();
export function removeFolders(): void {
  for (const folder of folders) Deno.removeSync(folder, { recursive: true });
  folders.clear();
}

async function served(
  port: number,
  folder: string,
  command: readonly string[],
  load: Omit<Load, keyof AsyncDisposable>,
): Promise<Load> {
  const server = child(command, "SIGINT");
  const end = async () => {
    await server[Symbol.asyncDispose]();
    await Deno.remove(folder, { recursive: true });
    folders.delete(folder);
  };
  try {
    await until(async () => (await Deno.connect({ hostname: "127.0.0.1", port })).close());
  } catch (error) {
    await end();
    throw new Error(`${load.name}: no answer: ${(error as Error).message}`);
  }
  return { ...load, [Symbol.asyncDispose]: end };
}

async function ownFolder(): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "tcptop-bench-" });
  folders.add(folder);
  return folder;
}

const NGINX = (folder: string, port: number) => `
daemon off; master_process off; pid ${folder}/pid; error_log ${folder}/error;
events { worker_connections 1024; }
http {
  access_log off; keepalive_requests 1000000000; keepalive_timeout 600;
  client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy; fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;
  server {
    listen 127.0.0.1:${port} ssl; ssl_certificate ${folder}/cert; ssl_certificate_key ${folder}/key; root ${folder};
  }
}`;

/** 32 connections that stay. */
async function nginx(): Promise<Load> {
  const folder = await ownFolder(), port = freePort();
  await output([
    ...["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"],
    ...["-subj", "/CN=localhost", "-keyout", `${folder}/key`, "-out", `${folder}/cert`],
  ]);
  await Deno.writeTextFile(`${folder}/conf`, NGINX(folder, port));
  await Deno.writeTextFile(`${folder}/page`, "tcptop\n".repeat(700));
  return await served(port, folder, [
    ...DIES_WITH_US,
    "/usr/sbin/nginx",
    "-c",
    `${folder}/conf`,
    "-e",
    `${folder}/error`,
  ], {
    name: "nginx and wrk, TLS, 32 connections that stay",
    unit: "requests",
    run: async (seconds) => {
      const line = ["wrk", "-t", "1", "-c", "32", "-d", `${seconds}s`, `https://127.0.0.1:${port}/page`];
      return field(await output(line), /Requests\/sec: +([\d.]+)/);
    },
  });
}

async function redis(): Promise<Load> {
  const folder = await ownFolder(), port = freePort();
  const options = ["--port", `${port}`, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", folder];
  let perSecond = 20000;
  return await served(port, folder, [...DIES_WITH_US, "redis-server", ...options], {
    name: "redis-benchmark, GET, 50 connections",
    unit: "requests",
    run: async (seconds) => {
      // It is told how many, not how long: by what the run before came to.
      const count = Math.max(1000, Math.round(perSecond * seconds));
      const line = ["redis-benchmark", "-p", `${port}`, "-c", "50", "-n", `${count}`, "-t", "get", "--csv"];
      return perSecond = field(await output(line), /^"GET","([\d.]+)"/m);
    },
  });
}

/** Only reads: the disk is another matter. It refuses to be root. */
async function postgres(): Promise<Load> {
  const folder = await ownFolder(), port = freePort();
  const versions = Array.from(Deno.readDirSync("/usr/lib/postgresql"), ({ name }) => name).sort().reverse();
  const programs = `/usr/lib/postgresql/${versions[0]}/bin`;
  const as = ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--clear-groups", "--pdeathsig", "KILL"];
  await output(["chown", "postgres", folder]);
  await output([...as, `${programs}/initdb`, "-D", `${folder}/data`, "-A", "trust", "--no-sync"], folder);
  const settings = ["listen_addresses=127.0.0.1", "fsync=off", "shared_buffers=64MB"].flatMap((one) => ["-c", one]);
  const server = [...as, `${programs}/postgres`, "-D", `${folder}/data`, "-p", `${port}`, "-k", folder, ...settings];
  const client = [`${programs}/pgbench`, "-h", "127.0.0.1", "-p", `${port}`, "-U", "postgres"];
  const load = await served(port, folder, server, {
    name: "pgbench, reads, 8 connections",
    unit: "transactions",
    run: async (seconds) => {
      const text = await output([...client, "-n", "-S", "-c", "8", "-T", String(seconds), "postgres"]);
      return field(text, /^tps = ([\d.]+)/m);
    },
  });
  try {
    // It listens before it takes anybody in.
    await until(() => output([`${programs}/pg_isready`, "-h", "127.0.0.1", "-p", `${port}`]));
    await output([...client, "-i", "-q", "-s", "1", "postgres"]);
  } catch (error) {
    await load[Symbol.asyncDispose]();
    throw error;
  }
  return load;
}

/** See mixed.c. */
async function mixed(): Promise<Load> {
  const program = await compiled("mixed", [new URL("../mixed.c", import.meta.url)]);
  return {
    name: "300 processes, TCP and UDP, 5 % replaced a second",
    unit: "exchanges",
    run: async (seconds) => JSON.parse(await output([program, "300", String(seconds)])).perSecond,
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

export const LOADS: readonly (() => Promise<Load>)[] = [mixed, nginx, redis, postgres];
