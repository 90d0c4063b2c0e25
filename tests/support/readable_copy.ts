/** A copy of the program that every user may read, wherever the project lies. */
import { execute, tcptop } from "./tcptop.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

export class ReadableCopy implements AsyncDisposable {
  private constructor(readonly folder: string) {}

  static async make(): Promise<ReadableCopy> {
    const copy = new ReadableCopy(await Deno.makeTempDir({ prefix: "tcptop-copy-" }));
    const program = tcptop([])[0],
      sources = ["main.ts", "deno.json", "deno.lock", "src", "schemas"].map((name) => ROOT + name);
    const steps = Deno.env.get("TCPTOP_BIN") ? [["cp", program, copy.folder]] : [
      ["cp", "-r", program, ...sources, copy.folder],
      ["mkdir", `${copy.folder}/build`],
      ["cp", "-r", `${ROOT}build/libtcptop.so`, Deno.env.get("DENO_DIR")!, `${copy.folder}/build`],
    ];
    for (const step of [...steps, ["chmod", "-R", "a+rwX", copy.folder]]) {
      const { code, stderr } = await execute(step);
      if (code !== 0) throw new Error(stderr);
    }
    return copy;
  }

  /** The command line by which user and group 65534, without any capability, run the copy. */
  line(...args: readonly string[]): string[] {
    const [program, ...rest] = tcptop(args, `${this.folder}/`);
    const own = `${this.folder}/${program.slice(program.lastIndexOf("/") + 1)}`;
    const user = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
    return [...user, "env", `DENO_DIR=${this.folder}/build/deno`, "HOME=/nonexistent", own, ...rest];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.folder, { recursive: true });
  }
}
