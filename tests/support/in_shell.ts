import { Tmux } from "./tmux.ts";

/** The modes of a terminal that nobody has changed. */
export const ORDINARY = { alternate: false, cursor: true, mouse: false };

/** A command line as a shell reads it. */
export const quoted = (line: readonly string[]) => line.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");

/** A shell that says how the program ended, and whether the terminal's settings are what they were. What it says then is not to be found in
 * the line that is typed, which the terminal breaks anywhere. */
export async function inShell(command: string): Promise<Tmux> {
  const tmux = await Tmux.start(
    80,
    24,
    'env -i PATH="$PATH" TERM="$TERM" DENO_DIR="$DENO_DIR" LANG=C.UTF-8 bash --norc --noprofile',
  );
  await tmux.type(
    "-l",
    `PS1='$ '; before=$(stty -g); clear; ${command}; echo "status $?"; [ "$(stty -g)" = "$before" ] && echo as" "before`,
  );
  await tmux.type("Enter");
  return tmux;
}

/** What is on the screen once the program in such a shell has ended, with the terminal as it was. */
export const untilEnd = (tmux: Tmux) =>
  tmux.until("the end", (lines) => lines.some((line) => line.startsWith("as before")));
