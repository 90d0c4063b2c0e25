/** What may stand before a colon, in the order of the help. */
export const FIELD_NAMES = [
  "process",
  "pid",
  "user",
  "tree",
  "port",
  "sport",
  "dport",
  "local",
  "remote",
  "state",
  "proto",
  "family",
  "direction",
  "host",
  "container",
  "peer",
  "cgroup",
  "end",
  "drop",
  "limited",
  "command",
  "exe",
] as const;

/** tcpdump's words for the two ends, and what stands for them here. */
export const ENDS: ReadonlyMap<string, readonly [address: string, port: string]> = new Map([
  ["src", ["local", "sport"]],
  ["dst", ["remote", "dport"]],
]);

const NAMES: ReadonlySet<string> = new Set([...FIELD_NAMES, ...ENDS.keys()]);

/** Whether a word, with another behind it, is more likely the name of a field, as in `port 443`. */
export function namesField(word: string): boolean {
  return NAMES.has(word.toLowerCase());
}
