/** Hosts of the test's own: an sshd each, in network, mount and process namespaces of its own, with a switch between them. */
import { Netns } from "./netns.ts";
import { until } from "./program.ts";
import { execute, tcptop } from "./tcptop.ts";

export interface HostPlan {
  readonly name: string;
  /** Its `tcptop`; left out: this one, by netlink, which sees the host's own namespaces alone. null: there is none. */
  readonly program?: readonly string[] | null;
  /** Its user is not root, and sudo wants to know a password. */
  readonly asksForPassword?: boolean;
}

export const NETLINK = ["--source", "netlink"] as const;
const quoted = (line: readonly string[]) => line.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");

/** A shell command line that calls this tcptop with its own arguments and these, wherever and as whoever it is run. */
export function wrapper(...further: readonly string[]): string[] {
  return ["env", `DENO_DIR=${Deno.env.get("DENO_DIR") ?? ""}`, ...tcptop([]), "ARGUMENTS", ...further];
}

export class FleetOfHosts implements AsyncDisposable {
  readonly #namespaces: Netns[] = [];
  readonly #running = new Map<string, Deno.ChildProcess>();

  private constructor(readonly folder: string, readonly plans: readonly HostPlan[], readonly hub: Netns) {}

  static async make(plans: readonly HostPlan[]): Promise<FleetOfHosts> {
    const folder = await Deno.makeTempDir({ prefix: "tcptop-fleet-" });
    await Deno.chmod(folder, 0o755);
    const fleet = new FleetOfHosts(folder, plans, await Netns.make());
    try {
      await fleet.#keys();
      await fleet.#ip("link", "add", "hub", "type", "bridge");
      await fleet.#ip("addr", "add", "10.77.0.254/24", "dev", "hub");
      await fleet.#ip("link", "set", "hub", "up");
      for (let i = 0; i < plans.length; i++) await fleet.#add(plans[i], i + 1);
      for (const plan of plans) await fleet.start(plan.name);
      return fleet;
    } catch (error) {
      await fleet[Symbol.asyncDispose]();
      throw error;
    }
  }

  address(name: string): string {
    return `10.77.0.${this.#number(name)}`;
  }

  /** A command line of the machine that the hosts are looked at from. */
  line(line: readonly string[]): string[] {
    return ["ip", "netns", "exec", this.hub.name, "env", `PATH=${this.folder}/here:${Deno.env.get("PATH")}`, ...line];
  }

  /** tcptop with --hosts, as scripts/run would have it. */
  tcptop(hosts: readonly string[], ...args: readonly string[]): string[] {
    const [program, ...rest] = tcptop(["--hosts", hosts.join(","), ...args]);
    if (rest[0] === "run") rest.splice(1, 0, "--allow-run=ssh");
    return this.line([program, ...rest]);
  }

  /** A command line on that host. */
  on(name: string, line: readonly string[]): string[] {
    return this.line(["ssh", `root@${name}`, quoted(line)]);
  }

  /** Starts its sshd, and waits until it answers. */
  async start(name: string): Promise<void> {
    const at = `${this.folder}/${name}`, namespace = this.#namespaces[this.#number(name) - 1];
    const script = [
      "mount -t tmpfs tmpfs /run",
      "mkdir /run/sshd",
      ...["passwd", "shadow", "sudoers"].map((file) => `mount --bind ${at}/${file} /etc/${file}`),
      `exec /usr/sbin/sshd -D -e -f ${at}/sshd_config`,
    ].join(" && ");
    const own = ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child", "sh", "-c", script];
    const args = ["netns", "exec", namespace.name, ...own];
    this.#running.set(name, new Deno.Command("ip", { args, stdin: "null", stdout: "null", stderr: "null" }).spawn());
    await until(`sshd of ${name}`, async () => (await execute(this.on(name, ["true"]))).code === 0);
  }

  /** Ends the host's sshd, and everything else that runs there. */
  async kill(name: string): Promise<void> {
    const child = this.#running.get(name);
    this.#running.delete(name);
    child?.kill("SIGKILL");
    await child?.status;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const name of [...this.#running.keys()]) await this.kill(name);
    for (const namespace of [...this.#namespaces, this.hub]) await namespace[Symbol.asyncDispose]();
    await Deno.remove(this.folder, { recursive: true });
  }

  #number(name: string): number {
    return this.plans.findIndex((plan) => plan.name === name) + 1;
  }

  async #ip(...args: string[]): Promise<void> {
    const { code, stderr } = await execute(["ip", "-n", this.hub.name, ...args]);
    if (code !== 0) throw new Error(`ip ${args.join(" ")}: ${stderr}`);
  }

  async #keys(): Promise<void> {
    const { folder } = this;
    for (const key of ["host_key", "user_key"]) {
      const { code, stderr } = await execute(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", `${folder}/${key}`]);
      if (code !== 0) throw new Error(stderr);
    }
    const hosts = this.plans.flatMap(({ name, asksForPassword }) => [
      `Host ${name}`,
      `  HostName ${this.address(name)}`,
      `  User ${asksForPassword ? "ann" : "root"}`,
    ]);
    const common = ["Host *", "  Port 2222", `  IdentityFile ${folder}/user_key`, "  IdentitiesOnly yes"];
    const known = ["  StrictHostKeyChecking no", "  UserKnownHostsFile /dev/null", "  LogLevel ERROR"];
    await Deno.writeTextFile(`${folder}/ssh_config`, [...hosts, ...common, ...known, ""].join("\n"));
    await Deno.mkdir(`${folder}/here`);
    await this.#script(`${folder}/here/ssh`, `exec /usr/bin/ssh -F ${folder}/ssh_config "$@"`);
  }

  async #script(path: string, text: string): Promise<void> {
    await Deno.writeTextFile(path, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  }

  async #add({ name, program = wrapper(...NETLINK) }: HostPlan, number: number): Promise<void> {
    const namespace = await Netns.make(), at = `${this.folder}/${name}`, port = `port${number}`;
    this.#namespaces.push(namespace);
    await this.#ip("link", "add", port, "type", "veth", "peer", "name", "eth0", "netns", namespace.name);
    await this.#ip("link", "set", port, "master", "hub", "up");
    for (const set of [["addr", "add", `10.77.0.${number}/24`, "dev", "eth0"], ["link", "set", "eth0", "up"]]) {
      await execute(["ip", "-n", namespace.name, ...set]);
    }
    await Deno.mkdir(`${at}/bin`, { recursive: true });
    const text = program && quoted(program).replace("'ARGUMENTS'", '"$@"');
    if (text !== null) await this.#script(`${at}/bin/tcptop`, `exec ${text}`);
    const path = `${at}/bin:/usr/bin:/bin`;
    const files = {
      passwd:
        "root:x:0:0:root:/root:/bin/sh\nann:x:12345:12345::/tmp:/bin/sh\nsshd:x:100:65534::/run/sshd:/usr/sbin/nologin\n",
      shadow: "root:*:1::::::\nann:*:1::::::\n",
      sudoers: `Defaults secure_path="${path}"\nroot ALL=(ALL:ALL) ALL\nann ALL=(ALL:ALL) ALL\n`,
      sshd_config: [
        "Port 2222",
        `HostKey ${this.folder}/host_key`,
        `AuthorizedKeysFile ${this.folder}/user_key.pub`,
        "StrictModes no",
        "UsePAM no",
        "PermitRootLogin prohibit-password",
        "MaxStartups 100",
        `SetEnv PATH=${path}`,
        "",
      ].join("\n"),
    };
    for (const [file, text] of Object.entries(files)) {
      await Deno.writeTextFile(`${at}/${file}`, text, { mode: file === "sudoers" ? 0o440 : 0o644 });
    }
  }
}
