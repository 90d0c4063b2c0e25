import { execute } from "./tcptop.ts";

/** A shell in a terminal of its own. */
export class Shell implements AsyncDisposable {
  readonly #socket = `tcptop-test-${Deno.pid}-${crypto.randomUUID()}`;

  static async start(command: string): Promise<Shell> {
    const shell = new Shell();
    await shell.#tmux("-f", "/dev/null", "new-session", "-d", "-x", "160", "-y", "50", command);
    return shell;
  }

  async type(...keys: string[]): Promise<void> {
    await this.#tmux("send-keys", ...keys);
  }

  async screen(): Promise<string> {
    return await this.#tmux("capture-pane", "-p");
  }

  /** Waits until a line of the screen ends so. In a list, zsh adds the comma for the next word. */
  async until(text: string): Promise<void> {
    const startMs = performance.now();
    for (
      let screen = "";
      !screen.split("\n").some((line) => line.trimEnd().replace(/,$/, "").endsWith(text));
      screen = await this.screen()
    ) {
      if (performance.now() - startMs > 20_000) throw new Error(`no '${text}' on the screen:\n${screen}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async #tmux(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await execute(["tmux", "-L", this.#socket, ...args]);
    if (code !== 0) throw new Error(`tmux ${args.join(" ")}: ${stderr}`);
    return stdout;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#tmux("kill-server");
  }
}
