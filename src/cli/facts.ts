/** What the completions and the man page are made from: the option definitions that the parser uses. */

/** An option as it is told of. One of `short` and `long` may be missing. */
export interface OptionFacts {
  /** -i */
  readonly short: string | null;
  /** --interval */
  readonly long: string | null;
  /** Name of its value; null: it takes none. */
  readonly value: string | null;
  readonly description: string;
  /** Given when the option is not; null: nothing is. */
  readonly usual: string | null;
  /** Words to offer for the value. */
  readonly words: readonly string[];
  /** Whether the value is a list of them, with commas. */
  readonly list: boolean;
  readonly file: boolean;
}

export interface SubcommandFacts {
  readonly name: string;
  readonly description: string;
  /** Name of its argument; null: it takes none. */
  readonly argument: string | null;
  readonly words: readonly string[];
}

export interface CommandFacts {
  readonly options: readonly OptionFacts[];
  readonly commands: readonly SubcommandFacts[];
}

/** The part of commander's Command that is read here. */
interface Definition {
  readonly options: readonly {
    readonly short?: string | undefined;
    readonly long?: string | undefined;
    readonly flags: string;
    readonly description: string;
    readonly defaultValue?: unknown;
  }[];
  readonly commands: readonly {
    name(): string;
    description(): string;
    readonly registeredArguments: readonly { name(): string; readonly argChoices?: readonly string[] | undefined }[];
  }[];
}

const FILE = "FILE";

/** `words`: what to offer for an option's value, by its long name. Throws on a name that no option has. */
export function commandFacts(definition: Definition, words: Readonly<Record<string, readonly string[]>>): CommandFacts {
  const options = definition.options.map(({ short, long, flags, description, defaultValue }): OptionFacts => {
    const value = /[<[](.*)[>\]]$/.exec(flags)?.[1] ?? null;
    return {
      short: short ?? null,
      long: long ?? null,
      value,
      description,
      usual: typeof defaultValue === "string" ? defaultValue : null,
      words: words[long ?? ""] ?? [],
      list: value === "LIST",
      file: value === FILE,
    };
  });
  // The parser itself knows this one.
  options.push({ ...NO_VALUE, short: "-h", long: "--help", description: "show this help" });
  const unknown = Object.keys(words).find((name) => !options.some(({ long }) => long === name));
  if (unknown !== undefined) throw new Error(`no option is called ${unknown}`);
  const commands = definition.commands.map((command): SubcommandFacts => {
    const [argument] = command.registeredArguments;
    return {
      name: command.name(),
      description: command.description(),
      argument: argument?.name() ?? null,
      words: argument?.argChoices ?? [],
    };
  });
  return { options, commands };
}

const NO_VALUE = { value: null, usual: null, words: [], list: false, file: false } as const;
