/** Fails when a file imports from a folder below its own in the order of ARCHITECTURE.md: data moves down, imports point up. */
const ORDER = ["wire", "system", "source", "decode", "flow", "view", "render", "output", "app"] as const;
/** Used by all: they import nothing of ours but each other and view's columns. */
const SHARED = ["errors.ts", "file.ts", "harmless.ts", "options.ts", "version.ts"];

const ROOT = new URL("../src/", import.meta.url);

/** The folder of ORDER that a path under src/ is in; null for the files directly in src/. */
function folderOf(path: string): string | null {
  return path.includes("/") ? path.slice(0, path.indexOf("/")) : null;
}

async function* files(folder: URL): AsyncGenerator<string> {
  for await (const entry of Deno.readDir(folder)) {
    const path = new URL(entry.name + (entry.isDirectory ? "/" : ""), folder);
    if (entry.isDirectory) yield* files(path);
    else if (entry.name.endsWith(".ts")) yield path.pathname.slice(ROOT.pathname.length);
  }
}

/** Sentences about the imports of one file that point down. */
export function wrongImports(path: string, text: string): string[] {
  const wrong: string[] = [];
  const from = folderOf(path);
  for (const [, specifier] of text.matchAll(/(?:from|import)\s*\(?\s*"(\.[^"]+)"/g)) {
    const target = new URL(specifier, new URL(path, "file:///src/")).pathname.slice("/src/".length);
    if (target.startsWith("/") || specifier.endsWith(".json") || SHARED.includes(target)) continue;
    const to = folderOf(target);
    if (from === null || to === from) continue;
    const rank = (folder: string | null) => ORDER.indexOf(folder as typeof ORDER[number]);
    if (to === null || rank(to) < 0 || rank(to) > rank(from)) {
      wrong.push(`${path} imports ${target}, which is below it`);
    }
  }
  return wrong;
}

if (import.meta.main) {
  let count = 0;
  for await (const path of files(ROOT)) {
    for (const sentence of wrongImports(path, await Deno.readTextFile(new URL(path, ROOT)))) {
      console.error(sentence);
      count++;
    }
  }
  if (count > 0) Deno.exit(1);
}
