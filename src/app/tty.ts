import type { Device } from "../render/terminal.ts";
import { type Charset, terminalCharset as charsetOf } from "../view/charset.ts";
import { openC } from "../system/c_library.ts";
import { writeStdout } from "../system/write_stdout.ts";
import type { ReadableInput } from "./keys.ts";
import { knownSize } from "./screen_size.ts";

const SYMBOLS = {
  tcgetpgrp: { parameters: ["i32"], result: "i32" },
  getpgrp: { parameters: [], result: "i32" },
  _exit: { parameters: ["i32"], result: "void" },
} as const satisfies Deno.ForeignLibraryInterface;

const STDOUT = 1;

/** null: no library may be loaded, as over nettop alone; whether the job has the terminal is not known then. */
function callsOfJobs() {
  try {
    return openC(SYMBOLS);
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) return null;
    throw error;
  }
}

/** Where keys come from. */
export type Keyboard = ReadableInput & Pick<typeof Deno.stdin, "setRaw">;

/** Standard output, which is a terminal, and where keys come from. */
export function tty(keyboard: Keyboard): Device {
  const calls = callsOfJobs();
  const isInFront = () => {
    const front = calls?.tcgetpgrp(STDOUT) ?? -1;
    return front < 0 || front === calls?.getpgrp(); // -1: it has gone, or is no terminal of this session
  };
  return {
    isInFront,
    // The runtime sets the terminal's modes anew at its end.
    exit: (status) => isInFront() || calls?._exit(status),
    // Deno writes on a thread of its own: a terminal that does not take what we write holds up nothing else.
    write: writeStdout,
    // In the background the shell has put its own modes back, and the kernel would stop us for it.
    setRaw: (raw) => (raw || isInFront()) && keyboard.setRaw(raw, { cbreak: true }),
    size: terminalSize,
  };
}

/** Throws when the terminal has gone. */
export function terminalSize(): ReturnType<Device["size"]> {
  return knownSize(Deno.consoleSize(), (name) => Deno.env.get(name));
}

/** Standard input, or where that has something else to say the terminal itself. */
export function keyboard(stdinIsTaken: boolean): Keyboard {
  return stdinIsTaken ? Deno.openSync("/dev/tty") : Deno.stdin;
}

/** Whether the live screen can be had: a terminal both ways that is no typewriter. `stdinIsTaken`: keys come from elsewhere. */
export function isScreen(stdinIsTaken = false): boolean {
  return Deno.stdout.isTerminal() && !isTypewriter() &&
    (stdinIsTaken ? hasTerminal() : Deno.stdin.isTerminal());
}

/** Whether the terminal takes no escape sequence, as far as it is known. */
export function isTypewriter(): boolean {
  const type = Deno.env.get("TERM") ?? "";
  return type === "" || type === "dumb";
}

function hasTerminal(): boolean {
  try {
    Deno.openSync("/dev/tty").close();
    return true;
  } catch {
    return false;
  }
}

/** What terminfo calls a terminal that has no colours: VT100 to VT420, as a serial line has them, and others' modes without (xterm-mono, linux-m). One
 * that passes over colours would show no ground either. */
const WITHOUT_COLOUR = /^vt[1-4]\d\d\b|-m(ono)?$/;

/** NO_COLOR counts when it is set and not empty (no-color.org). */
export function wantsColour(
  choice: "auto" | "always" | "never",
  variable: (name: string) => string | undefined = (name) => Deno.env.get(name),
): boolean {
  if (choice !== "auto") return choice === "always";
  return (variable("NO_COLOR") ?? "") === "" && !WITHOUT_COLOUR.test(variable("TERM") ?? "");
}

export function terminalCharset(): Charset {
  return charsetOf((name) => Deno.env.get(name));
}
