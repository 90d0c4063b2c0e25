/** The minute that is looked at: a web server in one network namespace, curl in another, a pair of veth devices between them. */
import { child, type Running } from "../goals/subjects.ts";

export const SERVER = "198.51.100.1", CLIENT = "198.51.100.2"; // TEST-NET-2 of RFC 5737: nobody's
export const DEVICE = "veth-server", PORT = 80;
export const DOWNLOADS = 200;
const PAGE_BYTES = 24543, LONG_BYTES = 30_000_019;

const decoder = new TextDecoder();

export async function execute(...command: readonly string[]): Promise<string> {
  const [program, ...args] = command;
  const { success, stdout, stderr } = await new Deno.Command(program, { args, stdin: "null" }).output();
  if (!success) throw new Error(`${command.join(" ")}: ${decoder.decode(stderr)}`);
  return decoder.decode(stdout);
}

/** Two namespaces that lead nowhere else. */
export class Network implements AsyncDisposable {
  readonly server = `tcptop-comparison-${Deno.pid}-server`;
  readonly client = `tcptop-comparison-${Deno.pid}-client`;

  static async make(): Promise<Network> {
    const network = new Network();
    try {
      for (const name of [network.server, network.client]) {
        await execute("ip", "netns", "add", name);
        await execute("ip", "-n", name, "link", "set", "lo", "up");
      }
      const peer = ["peer", "name", "veth-client", "netns", network.client];
      await execute("ip", "-n", network.server, "link", "add", DEVICE, "type", "veth", ...peer);
      for (const [name, device, address] of network.#ends()) {
        await execute("ip", "-n", name, "address", "add", `${address}/24`, "dev", device);
        await execute("ip", "-n", name, "link", "set", device, "up");
      }
    } catch (error) {
      await network[Symbol.asyncDispose]();
      throw error;
    }
    return network;
  }

  #ends() {
    return [[this.server, DEVICE, SERVER], [this.client, "veth-client", CLIENT]] as const;
  }

  /** A command line that runs inside. */
  in(name: string, command: readonly string[]): string[] {
    return ["nsenter", `--net=/run/netns/${name}`, ...command];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const name of [this.server, this.client]) await execute("ip", "netns", "delete", name).catch(() => {});
  }
}

const CONFIGURATION = (folder: string) => `
daemon off; master_process off; pid ${folder}/pid; error_log ${folder}/error;
events { worker_connections 256; }
http {
  log_format bytes '$uri $bytes_sent $request_length'; access_log ${folder}/log bytes;
  client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy; fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;
  server { listen ${SERVER}:${PORT}; root ${folder}; }
}`;

/** A server whose log says what it has sent and read. */
export async function serve(network: Network, folder: string): Promise<Running> {
  await Deno.writeTextFile(`${folder}/conf`, CONFIGURATION(folder));
  await Deno.writeFile(`${folder}/page`, new Uint8Array(PAGE_BYTES).fill(97));
  await Deno.writeFile(`${folder}/long`, new Uint8Array(LONG_BYTES).fill(98));
  await Deno.chmod(folder, 0o755);
  const nginx = ["setpriv", "--pdeathsig", "KILL", "/usr/sbin/nginx", "-c", `${folder}/conf`, "-e", `${folder}/error`];
  return child(network.in(network.server, nginx));
}

/** By curl's own count: of one download. */
export interface Download {
  readonly received: number;
  readonly sent: number;
}

async function download(network: Network, path: string, bytesPerSecond: number | null): Promise<Download> {
  const limit = bytesPerSecond === null ? [] : ["--limit-rate", String(bytesPerSecond)];
  const format = "%{size_header} %{size_download} %{size_request}", url = `http://${SERVER}:${PORT}/${path}`;
  const line = ["curl", "--silent", "--show-error", "--output", "/dev/null", "--write-out", format, ...limit, url];
  const [header, body, sent] = (await execute(...network.in(network.client, line))).split(" ").map(Number);
  return { received: header + body, sent };
}

export interface Traffic {
  readonly short: readonly Download[];
  readonly long: Download;
}

/** The short ones one after the other, evenly, while the long one goes on; `midway` is called when most of them are done. */
export async function traffic(network: Network, seconds: number, midway: () => Promise<void>): Promise<Traffic> {
  // It is to be there still when the last short one is not.
  const long = download(network, "long", Math.round(LONG_BYTES / (1.2 * seconds))), short: Download[] = [];
  const begun = performance.now();
  let looked: Promise<void> | null = null;
  for (let i = 0; i < DOWNLOADS; i++) {
    const dueMs = i / DOWNLOADS * seconds * 1000 - (performance.now() - begun);
    if (dueMs > 0) await new Promise((resolve) => setTimeout(resolve, dueMs));
    short.push(await download(network, "page", null));
    if (i === Math.floor(DOWNLOADS * 0.9)) looked = midway();
  }
  await looked;
  return { short, long: await long };
}

/** What the server has sent and read, by its log, of one path. */
export async function logged(folder: string, path: string): Promise<{ count: number; sent: number; read: number }> {
  const lines = (await Deno.readTextFile(`${folder}/log`)).split("\n").filter((line) => line.startsWith(`/${path} `));
  const sum = (field: number) => lines.reduce((all, line) => all + Number(line.split(" ")[field]), 0);
  return { count: lines.length, sent: sum(1), read: sum(2) };
}
