import { Tmux } from "./tmux.ts";

/** The modes of a terminal that nobody has changed. */
export const ORDINARY = { alternate: false, cursor: true, mouse: false };

/** A command line as a shell reads it. */
export const quoted = (line: readonly string[]) => line.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");

/** A shell that says how the program ended, and whether the terminal's settings are what they were. The line that is typed stands on the
 * screen until the shell has read it: it has no word of the command, or a test would take it for what the program shows. */
export async function inShell(command: string): Promise<Tmux> {
  const environment = `PATH="$PATH" TERM="$TERM" DENO_DIR="$DENO_DIR" LANG=C.UTF-8 COMMAND=${quoted([command])}`;
  const tmux = await Tmux.start(80, 24, `env -i ${environment} bash --norc --noprofile`);
  await tmux.type(
    "-l",
    `PS1='$ '; before=$(stty -g); clear; eval "$COMMAND"; echo "status $?"; [ "$(stty -g)" = "$before" ] && echo as" "before`,
  );
  await tmux.type("Enter");
  return tmux;
}

/** What is on the screen once the program in such a shell has ended, with the terminal as it was. */
export const untilEnd = (tmux: Tmux) =>
  tmux.until("the end", (lines) => lines.some((line) => line.startsWith("as before")));
