import type { Device } from "../render/terminal.ts";
import { type Charset, terminalCharset as charsetOf } from "../view/charset.ts";

/** Standard input and output, which are a terminal. */
export const TTY: Device = {
  // Deno writes on a thread of its own: a terminal that does not take what we write holds up nothing else.
  write: (bytes) => Deno.stdout.write(bytes),
  setRaw: (raw) => Deno.stdin.setRaw(raw, { cbreak: true }),
  size: () => Deno.consoleSize(),
};

/** Whether the live screen can be had: a terminal both ways that is no typewriter. */
export function isScreen(): boolean {
  const type = Deno.env.get("TERM") ?? "";
  return Deno.stdout.isTerminal() && Deno.stdin.isTerminal() && type !== "" && type !== "dumb";
}

/** NO_COLOR counts when it is set and not empty (no-color.org). */
export function wantsColour(choice: "auto" | "always" | "never"): boolean {
  return choice === "always" || choice === "auto" && (Deno.env.get("NO_COLOR") ?? "") === "";
}

export function terminalCharset(): Charset {
  return charsetOf((name) => Deno.env.get(name));
}
