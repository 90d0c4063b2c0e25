/** The values of OpenTelemetry's environment variables, each with a sentence for what it cannot be. */
import { ExitStatus, TcptopError } from "../../errors.ts";

export type Variable = (name: string) => string | undefined;

export function refuse(name: string, wanted: string, value: string): TcptopError {
  return new TcptopError(`${name} takes ${wanted}, not '${value}'. See docs/opentelemetry.md`, ExitStatus.usage);
}

/** Variables of one signal go before those of all: the first of `names` that is set. An empty one counts as none. */
export function firstOf(variable: Variable, names: readonly string[]): { name: string; value: string } | null {
  for (const name of names) {
    const value = variable(name)?.trim();
    if (value !== undefined && value !== "") return { name, value };
  }
  return null;
}

/** key=value,key=value with percent-encoded values. The value is not told again: it may be a secret. */
export function pairs(found: { name: string; value: string } | null): [string, string][] {
  if (found === null) return [];
  return found.value.split(",").filter((pair) => pair.trim() !== "").map((pair) => {
    const [, key, value] = /^\s*([^=\s]+)\s*=\s*(.*?)\s*$/.exec(pair) ?? [];
    try {
      if (key !== undefined) return [decodeURIComponent(key), decodeURIComponent(value)];
    } catch { /* it is not percent-encoded as it must be */ }
    throw new TcptopError(
      `${found.name} takes key=value pairs with commas between, their values percent-encoded. See docs/opentelemetry.md`,
      ExitStatus.usage,
    );
  });
}

/** One of the words; the first if it is not set. */
export function choice<W extends string>(
  found: { name: string; value: string } | null,
  words: readonly [W, ...W[]],
): W {
  if (found === null) return words[0];
  const word = words.find((word) => word === found.value.toLowerCase());
  if (word !== undefined) return word;
  throw refuse(found.name, `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`, found.value);
}

/** Milliseconds. */
export function milliseconds(found: { name: string; value: string } | null, usual: number, least: number): number {
  if (found === null) return usual;
  const ms = /^\d{1,8}$/.test(found.value) ? Number(found.value) : NaN;
  if (ms >= least) return ms;
  throw refuse(found.name, `whole milliseconds from ${least} up`, found.value);
}
