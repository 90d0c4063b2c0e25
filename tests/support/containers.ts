/** Real containers, by Debian's podman and runc, from an image of a static busybox and the program under test. */
import { execute } from "./tcptop.ts";
import { within } from "./lines.ts";

export const PODMAN = ["podman", "--runtime", "/usr/sbin/runc"];
/** What a machine without more than that allows; podman asks for 1,048,576 of each otherwise. */
export const LIMITS = ["--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1024:1024"];

export interface Container {
  readonly id: string;
  readonly name: string;
  /** Of its first process. */
  readonly pid: number;
  /** On the bridge; empty: it has none of its own. */
  readonly address: string;
}

export async function podman(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await execute([...PODMAN, ...args]);
  if (code !== 0) throw new Error(`podman ${args.join(" ")}: ${stderr}`);
  return stdout.trim();
}

/** An image, its containers and the engine's API, all removed at the end. */
export class Containers implements AsyncDisposable {
  readonly #stack = new AsyncDisposableStack();
  readonly #image = `tcptop-test-${Deno.pid}`;
  #socket = "";
  #count = 0;

  /** `programs`: static ones, which are then in the root folder of each container. */
  static async make(programs: readonly string[]): Promise<Containers> {
    const all = new Containers(), folder = await Deno.makeTempDir();
    all.#stack.defer(() => Deno.remove(folder, { recursive: true }));
    try {
      await Deno.mkdir(`${folder}/image`);
      for (const path of ["/bin/busybox", ...programs]) {
        await Deno.copyFile(path, `${folder}/image/${path.split("/").at(-1)}`);
      }
      const packed = await execute(["tar", "-C", `${folder}/image`, "-cf", `${folder}/image.tar`, "."]);
      if (packed.code !== 0) throw new Error(packed.stderr);
      await podman("import", `${folder}/image.tar`, all.#image);
      all.#stack.defer(async () => void await podman("rmi", all.#image));
      await all.#serve(`${folder}/podman.sock`);
      return all;
    } catch (error) {
      await all[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** As CONTAINER_HOST. */
  get engine(): string {
    return `unix://${this.#socket}`;
  }

  /** A container that does nothing for ten minutes. */
  async start(...options: readonly string[]): Promise<Container> {
    const name = `${this.#image}-${++this.#count}`;
    const id = await podman(
      "run",
      "-d",
      "--name",
      name,
      ...LIMITS,
      ...options,
      this.#image,
      "/busybox",
      "sleep",
      "600",
    );
    this.#stack.defer(async () => void await podman("rm", "-f", "-t", "0", id));
    const format = "{{.State.Pid}} {{.NetworkSettings.IPAddress}}";
    const [pid, address = ""] = (await podman("inspect", "-f", format, id)).split(" ");
    return { id, name, pid: Number(pid), address };
  }

  /** Runs a program in it, in the background. */
  async run({ id }: Container, ...command: readonly (string | number)[]): Promise<void> {
    await podman("exec", "-d", id, ...command.map(String));
  }

  async #serve(socket: string): Promise<void> {
    this.#socket = socket;
    const args = [...PODMAN.slice(1), "system", "service", "--time", "0", this.engine];
    const service = new Deno.Command("podman", { args, stdin: "null", stdout: "null", stderr: "null" }).spawn();
    this.#stack.defer(async () => {
      service.kill("SIGTERM");
      await service.status;
    });
    const up = async () => {
      for (;;) {
        const { code } = await execute(["podman", "--remote", "--url", this.engine, "version"]);
        if (code === 0) return;
      }
    };
    await within(20, "podman's API", up());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}
