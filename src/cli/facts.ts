/** What the completions and the man page are made from: the option definitions that the parser uses. */

/** An option as it is told of. One of `short` and `long` may be missing. */
export interface OptionFacts {
  /** -i */
  readonly short: string | null;
  /** --interval */
  readonly long: string | null;
  /** Name of its value; null: it takes none. */
  readonly value: string | null;
  /** Whether it may be given without its value. */
  readonly optional: boolean;
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
  /** Name of its argument, or "-- NAME"; null: it takes none. */
  readonly argument: string | null;
  readonly words: readonly string[];
  readonly options: readonly OptionFacts[];
  /** Those of the program that it takes beside its own. */
  readonly shared: readonly OptionFacts[];
}

export interface CommandFacts {
  readonly options: readonly OptionFacts[];
  readonly commands: readonly SubcommandFacts[];
}

/** The part of commander's Option that is read here, and of its Command. */
interface OptionDefinition {
  readonly short?: string | undefined;
  readonly long?: string | undefined;
  readonly flags: string;
  readonly description: string;
  readonly defaultValue?: unknown;
  attributeName(): string;
}

interface Definition {
  readonly options: readonly OptionDefinition[];
  readonly commands: readonly {
    readonly options: readonly OptionDefinition[];
    name(): string;
    description(): string;
    usage(): string;
    readonly registeredArguments: readonly { name(): string; readonly argChoices?: readonly string[] | undefined }[];
  }[];
}

const FILE = "FILE";

function optionFacts(option: OptionDefinition, words: readonly string[]): OptionFacts {
  const { short, long, flags, description, defaultValue } = option;
  const value = /[<[](.*)[>\]]$/.exec(flags)?.[1] ?? null;
  return {
    short: short ?? null,
    long: long ?? null,
    value,
    optional: flags.endsWith("]"),
    description,
    usual: typeof defaultValue === "string" ? defaultValue : null,
    words,
    list: value === "LIST",
    file: value === FILE,
  };
}

/**
 * `words`: what to offer for an option's value, by its long name. Throws on a name that no option has. `takes`: whether a command takes an option of the
 * program's, by the option's attribute.
 */
export function commandFacts(
  definition: Definition,
  words: Readonly<Record<string, readonly string[]>>,
  takes: (command: string, attribute: string) => boolean = () => false,
): CommandFacts {
  const options = definition.options.map((option) => optionFacts(option, words[option.long ?? ""] ?? []));
  // The parser itself knows this one.
  options.push({ ...NO_VALUE, short: "-h", long: "--help", description: "show this help" });
  const unknown = Object.keys(words).find((name) => !options.some(({ long }) => long === name));
  if (unknown !== undefined) throw new Error(`no option is called ${unknown}`);
  const commands = definition.commands.map((command): SubcommandFacts => {
    const [argument] = command.registeredArguments, behind = /-- .+$/.exec(command.usage())?.[0] ?? null;
    return {
      name: command.name(),
      description: command.description(),
      argument: argument?.name() ?? behind,
      words: argument?.argChoices ?? [],
      options: command.options.map((option) => optionFacts(option, [])),
      shared: options.filter((_, i) =>
        i < definition.options.length && takes(command.name(), definition.options[i].attributeName())
      ),
    };
  });
  return { options, commands };
}

const NO_VALUE = { value: null, optional: false, usual: null, words: [], list: false, file: false } as const;
