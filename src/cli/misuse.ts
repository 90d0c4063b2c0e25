/** What the parser of arguments refuses, in words for the user. */

/** In place of the parser's own sentence: by its beginning, with what it names. */
const SENTENCES: readonly (readonly [said: RegExp, inWords: (found: string) => string])[] = [
  [
    /^too many arguments\. .* but got \d+: (help|version)(?:,|$)/s,
    (word) => `'${word}' is no command: the option is --${word}`,
  ],
  [
    /^too many arguments\. .* but got \d+: (.*?)(?:, .*)?$/s,
    (word) => `'${word}' is neither an option nor a command; what flows must match stands behind --filter`,
  ],
  [
    /^too many arguments for 'run'.* but got \d+: (.*)$/s,
    (words) => `'run' takes its command behind --: tcptop run -- ${words.replaceAll(", ", " ")}`,
  ],
  [/^missing required argument '(filter)'/, (what) => `'kill' takes a ${what}: tcptop kill 'pid:1234 dport:443'`],
  [/^missing required argument '(shell)'/, (what) => `'completions' takes the name of a ${what}: bash, zsh or fish`],
  [
    /^command-argument value '(.*)' is invalid for/s,
    (shell) => `'completions' takes bash, zsh or fish, not '${shell}'`,
  ],
];

export function misuse(message: string): string {
  const said = message.replace(/^error: |\.$/g, "").replaceAll("\n", " ");
  for (const [pattern, inWords] of SENTENCES) {
    const found = pattern.exec(said);
    if (found !== null) return inWords(found[1]);
  }
  return said;
}
