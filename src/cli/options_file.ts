/** Defaults from a file: one option a line, as on the command line. */
import type { Option } from "@commander-js/extra-typings";

export interface FileLine {
  /** From 1. */
  readonly number: number;
  readonly argv: readonly string[];
}

/** A line and the one option that it has. */
export interface FileOption {
  readonly option: Option;
  readonly argv: readonly string[];
}

/**
 * The options that may stand there, by attribute: how things are shown, what is chosen, where data comes from. Nothing that writes a file, listens,
 * runs or ends something, or keeps rights: where sudo lets a user run tcptop, it does not let this file add to what the command line says. Nor what
 * makes a run another kind of run.
 */
export const FROM_FILE: ReadonlySet<string> = new Set([
  "interval",
  "sort",
  "limit",
  "columns",
  "bits",
  "filter",
  "group",
  "sinceStart",
  "tcp",
  "udp",
  "4",
  "6",
  "listen",
  "resolve",
  "pairs",
  "ends",
  "color",
  "mouse",
  "source",
  "ringSize",
  "udpTimeout",
]);

/** Of these, one on the command line takes the place of the other in the file too. */
const INSTEAD: Readonly<Record<string, string>> = {
  tcp: "udp",
  udp: "tcp",
  "4": "6",
  "6": "4",
  pairs: "ends",
  ends: "pairs",
};

/** Whether what the command line gives takes the place of an option in the file. */
export function isOverridden(attribute: string, given: readonly Option[]): boolean {
  return given.some((option) => {
    const by = option.attributeName();
    return by === attribute || INSTEAD[by] === attribute;
  });
}

/**
 * The lines that go with the command line, in their order: the others contradict it, or are of no use to its command. `fits`: whether the command line
 * is taken with these lines. What columns there can be depends on the outputs and the groups: they are the first to give way.
 */
export function withoutContradictions(
  lines: readonly FileOption[],
  fits: (lines: readonly FileOption[]) => boolean,
): readonly FileOption[] {
  if (fits(lines)) return lines;
  const isColumns = ({ option }: FileOption) => option.attributeName() === "columns";
  const kept: FileOption[] = [];
  for (const line of [...lines.filter((line) => !isColumns(line)), ...lines.filter(isColumns)]) {
    if (fits([...kept, line])) kept.push(line);
  }
  return lines.filter((line) => kept.includes(line));
}

/** The lines that have an option; those that have more than that are left for the parser to refuse. */
export function fileLines(text: string): FileLine[] {
  return text.split("\n").flatMap((line, i) => {
    const argv = words(withoutComment(line).trim());
    return argv.length === 0 ? [] : [{ number: i + 1, argv }];
  });
}

/** A comment begins with # at the start of the line, or behind a blank and outside of quotes. */
function withoutComment(line: string): string {
  let quote = "";
  for (let at = 0; at < line.length; at++) {
    const character = line[at];
    if (quote !== "") quote = character === quote ? "" : quote;
    else if (character === "'" || character === '"') quote = character;
    else if (character === "#" && (at === 0 || /\s/.test(line[at - 1]))) return line.slice(0, at);
  }
  return line;
}

/** The option, and as its value the rest of the line, without the quotes that a shell would take away. */
function words(line: string): string[] {
  if (line === "") return [];
  const [, name, assigned, value] = /^(--[^\s=]+(?==)|\S+)(=?)\s*(.*)$/s.exec(line)!;
  if (assigned === "" && value === "") return [name];
  const [, , inner] = /^(['"])(.*)\1$/s.exec(value) ?? [];
  return [name, inner ?? value];
}
