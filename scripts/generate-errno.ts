/** Writes src/wire/errno.ts from the C library's own headers, so that numbers, names and words are typed nowhere. `--check` compares. */
const HEADERS = ["/usr/include/asm-generic/errno-base.h", "/usr/include/asm-generic/errno.h"];
const OUTPUT = new URL("../src/wire/errno.ts", import.meta.url);

/** The text of errno.ts for the text of the headers, in which an error is `#define ENAME NUMBER /* Words *\/`. */
export function errnoText(headers: string): string {
  const errors = [...headers.matchAll(/^#define\s+(E\w+)\s+(\d+)\s+\/\*\s*(.*?)\s*\*\//gm)]
    .map(([, name, number, words]) => ({
      name,
      number,
      words: words.replace(/^[A-Z](?=[a-z])/, (first) => first.toLowerCase()),
    }));
  return `// Generated from Linux's asm-generic/errno.h by scripts/generate-errno.ts: the same on x86_64 and aarch64.

/** Numbers by name. */
export const Errno = {
${errors.map(({ name, number }) => `  ${name}: ${number},`).join("\n")}
} as const;

/** Name and words by number. */
export const ERRNO_WORDS: ReadonlyMap<number, readonly [name: string, words: string]> = new Map([
${errors.map(({ name, number, words }) => `  [${number}, ["${name}", ${JSON.stringify(words)}]],`).join("\n")}
]);
`;
}

if (import.meta.main) {
  const headers = HEADERS.map((path) => Deno.readTextFileSync(path)).join("\n"), text = errnoText(headers);
  if (!Deno.args.includes("--check")) await Deno.writeTextFile(OUTPUT, text);
  else if (text !== await Deno.readTextFile(OUTPUT)) {
    console.error("src/wire/errno.ts is stale: run deno task generate");
    Deno.exit(1);
  }
}
