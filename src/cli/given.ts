/** Which options argv names: some may be repeated and mean a union; of any other, one would silently not count. */
import type { Option } from "@commander-js/extra-typings";

/** What this asks of a command, whatever its options are. */
interface Watched {
  readonly options: readonly Option[];
  on(event: string, listener: (value?: unknown) => void): unknown;
}

/** For an option that may be repeated: each value is kept, in order. */
export function collected(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...before ?? [], value];
}

/** Filled while the command parses, in the order of argv. */
export function watchGiven(command: Watched): readonly Option[] {
  const given: Option[] = [];
  for (const option of command.options) command.on(`option:${option.name()}`, () => given.push(option));
  return given;
}

/** Filled while the command parses: an option that was taken for the value of the one before, for which none was given. */
export function watchSwallowed(command: Watched): readonly string[] {
  const sentences: string[] = [], names = new Set(command.options.flatMap(({ short, long }) => [short, long]));
  for (const option of command.options) {
    command.on(`option:${option.name()}`, (value) => {
      if (typeof value !== "string" || !names.has(value)) return;
      sentences.push(`${nameOf(option)} takes a value, and ${value} is an option`);
    });
  }
  return sentences;
}

/** A sentence about an option that was given twice though only one can count; null: there is none. `repeatable`: attributes of
 * those that may. */
export function repeatMistake(given: readonly Option[], repeatable: ReadonlySet<string>): string | null {
  const first = new Map<string, Option>();
  for (const option of given) {
    const attribute = option.attributeName(), before = first.get(attribute);
    if (before === undefined) first.set(attribute, option);
    else if (before !== option) return `${nameOf(before)} and ${nameOf(option)} exclude each other`;
    else if (!repeatable.has(attribute)) return `${nameOf(option)} was given twice, and only one can count`;
  }
  return null;
}

/** Options by which others watch, or have watched. */
interface Elsewhere {
  readonly replay?: unknown;
  readonly hosts?: unknown;
}

/** What the program that watches this machine goes by. */
const OF_WATCHING: ReadonlySet<string> = new Set(["source", "ringSize", "udpTimeout", "keepPrivileges"]);

/** A sentence about an option of watching this machine that was given where others do or have done that; null: there is none. */
export function watchingMistake(given: readonly Option[], raw: Elsewhere): string | null {
  for (const option of given) {
    const attribute = option.attributeName();
    if (!OF_WATCHING.has(attribute)) continue;
    if (raw.replay !== undefined) return `--replay takes no ${nameOf(option)}: nothing is watched`;
    // Hosts are told the source.
    if (raw.hosts !== undefined && attribute !== "source") {
      return `--hosts takes no ${nameOf(option)}: each host watches with its own`;
    }
  }
  return null;
}

export function nameOf(option: Option): string {
  return option.long ?? option.short ?? option.flags;
}
