/** A machine with nothing on it: a folder with the executable and glibc, to be the root directory of a process. */
import { execute } from "./tcptop.ts";

/** Everything is read-only but /tmp, and from there nothing can be executed. */
const ENTER = `
mount --bind "$1" "$1" && mount -t tmpfs -o noexec tmpfs "$1/tmp" && mount -t proc proc "$1/proc" &&
  mount --rbind /sys "$1/sys" && mount -o remount,ro,bind "$1" || exit 90
chroot=$(command -v chroot)
exec env -i "$chroot" "$@"`;

export class BareRoot implements AsyncDisposable {
  private constructor(readonly path: string) {}

  /** With the libraries that `runtime`, the Deno inside of the executable, asks for: those of glibc and libgcc. `executable` null: these alone. */
  static async make(executable: string | null, runtime: string): Promise<BareRoot> {
    const root = new BareRoot(await Deno.makeTempDir({ prefix: "tcptop-root-" }));
    for (const folder of ["proc", "sys", "tmp"]) await Deno.mkdir(`${root.path}/${folder}`);
    const { stdout } = await execute(["ldd", runtime]);
    for (const [library] of stdout.matchAll(/\/\S+/g)) await root.#take(library, library);
    if (executable !== null) await root.#take(executable, "/tcptop");
    await Deno.chmod(root.path, 0o755);
    return root;
  }

  async #take(from: string, to: string): Promise<void> {
    await Deno.mkdir(this.path + to.slice(0, to.lastIndexOf("/")), { recursive: true });
    await Deno.copyFile(from, this.path + to);
  }

  /** The command line that runs the executable there, with no environment. */
  line(...args: readonly string[]): string[] {
    return ["unshare", "--mount", "sh", "-c", ENTER, "sh", this.path, "/tcptop", ...args];
  }

  /** Every file in it, with its size. */
  async files(): Promise<string[]> {
    const { stdout } = await execute(["find", this.path, "-type", "f", "-printf", "%P %s\\n"]);
    return stdout.trimEnd().split("\n").sort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}
