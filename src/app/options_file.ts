/** Where a user's defaults are: XDG_CONFIG_HOME/tcptop/options, as a rule ~/.config/tcptop/options. */
import { ExitStatus, TcptopError } from "../errors.ts";
import type { OptionsFile } from "../options.ts";
import { writeError } from "../output/stderr.ts";
import { invokingUser } from "../system/identity.ts";
import { NotRead, readUserFile } from "../system/user_file.ts";

const MOST_BYTES = 1 << 16;

type Variable = (name: string) => string | undefined;

/** Of the user behind sudo, else of who runs tcptop; null: there is none. */
export function userOptionsFile(
  variable: Variable = (name) => Deno.env.get(name),
  ours = Deno.uid() ?? 0,
): OptionsFile | null {
  const invoking = ours === 0 ? invokingUser(variable) : null;
  const path = optionsPath(variable, invoking === null ? variable("HOME") : homeOf(invoking.uid));
  if (path === null) return null;
  try {
    const text = readUserFile(path, invoking?.uid ?? ours, MOST_BYTES);
    return text === null ? null : { path, text };
  } catch (error) {
    if (!(error instanceof NotRead)) throw error;
    const sentence = `${path} ${error.message}`;
    // HOME may be somebody else's, as behind su: that is no reason not to start.
    if (!error.foreign) throw new TcptopError(`${sentence}. --no-config does without`, ExitStatus.usage);
    writeError(`${sentence}: it is left out`);
    return null;
  }
}

/** null: nobody says where. What is not absolute does not count, as the XDG specification has it. */
function optionsPath(variable: Variable, home: string | undefined): string | null {
  const xdg = variable("XDG_CONFIG_HOME");
  if (xdg?.startsWith("/")) return `${xdg}/tcptop/options`;
  return home?.startsWith("/") ? `${home}/.config/tcptop/options` : null;
}

/** sudo gives the home directory of the user that it makes of us. */
function homeOf(uid: number): string | undefined {
  const passwd = readPasswd().split("\n").map((line) => line.split(":"));
  return passwd.find((fields) => fields.length >= 7 && Number(fields[2]) === uid && fields[2] !== "")?.[5];
}

function readPasswd(): string {
  try {
    return Deno.readTextFileSync("/etc/passwd");
  } catch {
    return "";
  }
}
