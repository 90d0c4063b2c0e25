/** --known FILE: what --when 'new …' has met in earlier runs, a line each. */
import { ExitStatus, TcptopError } from "../errors.ts";
import type { Identity } from "../system/identity.ts";
import { OutputFile } from "../system/output_file.ts";
import { outputFiles } from "./files.ts";

const MOST_BYTES = 64 << 20;

export class KnownNames {
  readonly names = { remote: new Set<string>(), process: new Set<string>() };
  /** Ends the last line, where nobody has. */
  #before = "";

  private constructor(readonly file: OutputFile) {}

  /** Opened, and a failure thrown, at once. */
  static async open(path: string, owner: Identity): Promise<KnownNames> {
    const known = new KnownNames(new OutputFile(path, owner, await outputFiles()));
    const text = new TextDecoder().decode(known.file.read(0, Math.min(known.file.byteLength, MOST_BYTES)));
    if (text !== "" && !text.endsWith("\n")) known.#before = "\n";
    text.split("\n").forEach((line, i) => {
      if (/^\s*(#|$)/.test(line)) return;
      const [, of, name] = /^(remote|process) (".*")\s*$/.exec(line) ?? [];
      const value = name === undefined ? null : parsed(name);
      if (value === null) {
        throw new TcptopError(
          `${path}:${i + 1}: a line is remote "NAME" or process "NAME", with the quotes`,
          ExitStatus.usage,
        );
      }
      known.names[of as "remote" | "process"].add(value);
    });
    return known;
  }

  add(of: "remote" | "process", name: string): void {
    this.file.append(new TextEncoder().encode(`${this.#before}${of} ${JSON.stringify(name)}\n`));
    this.#before = "";
  }

  close(): void {
    this.file.close();
  }
}

function parsed(text: string): string | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "string" ? value : null;
  } catch {
    return null;
  }
}
