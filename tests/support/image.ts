/** The image of examples/fleet/Containerfile, on a base of nothing but this Debian's glibc: none is fetched. */
import { BareRoot } from "./bare_root.ts";
import { LIMITS, PODMAN, podman } from "./containers.ts";
import { execute } from "./tcptop.ts";

const CONTAINERFILE = new URL("../../examples/fleet/Containerfile", import.meta.url);

export class Image implements AsyncDisposable {
  readonly #stack = new AsyncDisposableStack();
  readonly #name = `tcptop-image-${Deno.pid}`;

  static async make(executable: string): Promise<Image> {
    const image = new Image(), base = `${image.#name}-base`;
    try {
      await using root = await BareRoot.make(null, Deno.execPath());
      const folder = await Deno.makeTempDir({ prefix: "tcptop-image-" });
      image.#stack.defer(() => Deno.remove(folder, { recursive: true }));
      const packed = await execute(["tar", "-C", root.path, "-cf", `${folder}/base.tar`, "."]);
      if (packed.code !== 0) throw new Error(packed.stderr);
      await podman("import", `${folder}/base.tar`, base);
      image.#stack.defer(async () => void await podman("rmi", base));
      await Deno.copyFile(executable, `${folder}/tcptop`);
      await Deno.copyFile(CONTAINERFILE, `${folder}/Containerfile`);
      await podman("build", "--pull-never", "--build-arg", `BASE=localhost/${base}`, "-t", image.#name, folder);
      image.#stack.defer(async () => void await podman("rmi", image.#name));
      return image;
    } catch (error) {
      await image[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Runs it with these options and arguments, until it ends. */
  async run(options: readonly string[], args: readonly string[]): Promise<Awaited<ReturnType<typeof execute>>> {
    return await execute([...PODMAN, "run", "--rm", ...LIMITS, ...options, this.#name, ...args]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}
