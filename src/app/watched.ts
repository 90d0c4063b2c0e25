/** `tcptop run`: the command's part in a run. */
import type { CommandOptions } from "../options.ts";
import { writeError } from "../output/stderr.ts";
import type { ScopeOptions } from "../source/source.ts";
import { type CommandEnd, WatchedCommand } from "../system/command.ts";
import { invokingUser } from "../system/identity.ts";
import { openShim } from "../system/shim.ts";
import { shimIsInside, shimPath } from "./paths.ts";
import { setByScript } from "./set_by_script.ts";

/** Those that are handed on, by Linux's numbers. Of what a terminal sends the command has its own. */
const SIGNALS = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGUSR1: 10,
  SIGUSR2: 12,
  SIGTERM: 15,
  SIGCONT: 18,
  SIGTSTP: 20,
} as const;

export class Watched {
  readonly #command: WatchedCommand;
  readonly #words: readonly string[];
  readonly #listeners: [Deno.Signal, () => void][] = [];
  #started = false;
  #end: Promise<CommandEnd> | null = null;

  /** Forks the command, which waits for start(). Only with the rights that tcptop was started with. */
  constructor({ words, asRoot }: CommandOptions) {
    const user = Deno.uid() === 0 && !asRoot ? invokingUser((name) => Deno.env.get(name)) : null;
    const library = openShim(shimPath(), shimIsInside());
    this.#words = words;
    this.#command = new WatchedCommand(library, words, user, setByScript());
  }

  get scope(): ScopeOptions {
    const { cgroup, minder } = this.#command;
    return cgroup === null ? { tree: minder } : { cgroup: cgroup.id, folder: cgroup.folder };
  }

  /** null: the command has a cgroup, and nothing of it is missed. */
  get note(): string | null {
    if (this.#command.cgroup !== null) return null;
    return `No cgroup could be made for the command (${this.#command.why}): its processes are known by their parents, and a connection ` +
      "of one that ended at once may be missed. It takes cgroup v2 that can be written to, and root";
  }

  get started(): boolean {
    return this.#started;
  }

  /** Signals go to the command from here on. `ended` is called once it has ended. */
  begin(ended: () => void): void {
    for (const [name, number] of Object.entries(SIGNALS)) {
      const listener = () => this.#command.signal(number);
      Deno.addSignalListener(name as Deno.Signal, listener);
      this.#listeners.push([name as Deno.Signal, listener]);
    }
    // As in system/signals.ts: an error of who writes the file.
    Deno.addSignalListener("SIGXFSZ", () => {});
    this.#end = this.#command.ended();
    this.#end.then(ended);
  }

  start(): void {
    this.#command.start();
    this.#started = true;
  }

  /** How it ended. Says why it could not be run. */
  async result(): Promise<CommandEnd> {
    const end = await this.#end!;
    if (end.failure !== null) writeError(`Cannot run '${this.#words[0]}': ${end.failure}`);
    return end;
  }

  async close(): Promise<void> {
    const left = await this.#command.close();
    for (const [name, listener] of this.#listeners) Deno.removeSignalListener(name, listener);
    if (left === null) writeError("The command has left cgroups with processes in them: its cgroup stays");
  }
}
