/** A program in a terminal of its own, by tmux. */
import { execute } from "./tcptop.ts";

const SECONDS = 30;

export class Tmux implements AsyncDisposable {
  readonly #socket = `tcptop-test-${Deno.pid}-${crypto.randomUUID()}`;

  /** `command` is a shell's. */
  static async start(columns: number, rows: number, command: string): Promise<Tmux> {
    const tmux = new Tmux();
    await tmux.run("-f", "/dev/null", "new-session", "-d", "-x", String(columns), "-y", String(rows), command);
    return tmux;
  }

  async run(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await execute(["tmux", "-L", this.#socket, ...args], { LANG: "C.UTF-8" });
    if (code !== 0) throw new Error(`tmux ${args[0]}: ${stderr}`);
    return stdout;
  }

  /** Keys by tmux's names: Enter, Escape, C-c, Down; other words are typed. */
  async type(...keys: string[]): Promise<void> {
    await this.run("send-keys", ...keys);
  }

  async lines(): Promise<string[]> {
    return (await this.run("capture-pane", "-p")).split("\n").slice(0, -1);
  }

  /** The lines, once they hold what is wanted. */
  async until(what: string, wanted: (lines: string[]) => boolean): Promise<string[]> {
    const startMs = performance.now();
    for (;;) {
      const lines = await this.lines();
      if (wanted(lines)) return lines;
      if (performance.now() - startMs > SECONDS * 1000) throw new Error(`not seen: ${what}\n${lines.join("\n")}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Whether the other screen is shown, the cursor is, and the mouse is reported. */
  async modes(): Promise<{ alternate: boolean; cursor: boolean; mouse: boolean }> {
    const text = await this.run("display-message", "-p", "#{alternate_on} #{cursor_flag} #{mouse_any_flag}");
    const [alternate, cursor, mouse] = text.trim().split(" ").map((flag) => flag === "1");
    return { alternate, cursor, mouse };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await execute(["tmux", "-L", this.#socket, "kill-server"]);
  }
}
