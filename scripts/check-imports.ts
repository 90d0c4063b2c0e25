/** Fails when a file imports from a folder below its own in the order of ARCHITECTURE.md: data moves down, imports point up. The same for
 * what C includes, and for circles of files. */
import { circlesOf, importsOf, unitsOf } from "./import-graph.ts";
import { wrongIncludes } from "./include-layers.ts";

const ORDER = ["wire", "system", "source", "decode", "flow", "view", "render", "output", "page", "app", "cli"] as const;
/** Used by all: they import nothing of ours but each other and view's columns. */
const SHARED = ["errors.ts", "file.ts", "harmless.ts", "options.ts", "time.ts", "version.ts"];

const ROOT = new URL("../", import.meta.url);

/** The folder of ORDER that a path under src/ is in; null for the files directly in src/. */
function folderOf(path: string): string | null {
  return path.includes("/") ? path.slice(0, path.indexOf("/")) : null;
}

async function* files(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(new URL(folder, ROOT))) {
    if (isDirectory) yield* files(`${folder}${name}/`);
    else if (/\.(ts|[chS])$/.test(name)) yield folder + name;
  }
}

/** Sentences about the imports of one file that point down. */
export function wrongImports(path: string, text: string): string[] {
  const wrong: string[] = [];
  const from = folderOf(path);
  for (const target of importsOf(path, text)) {
    if (target.endsWith(".json") || SHARED.includes(target)) continue;
    const to = folderOf(target);
    if (SHARED.includes(path) && to !== "view") wrong.push(`${path} imports ${target}, but all import it`);
    if (from === null || to === from) continue;
    const rank = (folder: string | null) => ORDER.indexOf(folder as typeof ORDER[number]);
    if (to === null || rank(to) < 0 || rank(to) > rank(from)) {
      wrong.push(`${path} imports ${target}, which is below it`);
    }
  }
  return wrong;
}

/** Sentences about all files: `texts` has each by its path from the root of the project. */
export function wrongGraph(texts: ReadonlyMap<string, string>): string[] {
  const wrong: string[] = [], graph = new Map<string, string[]>();
  for (const [path, text] of texts) {
    const imports = importsOf(path, text);
    graph.set(path, imports);
    if (path.startsWith("src/")) wrong.push(...wrongImports(path.slice("src/".length), text));
    else wrong.push(...wrongIncludes(path, imports));
  }
  return [...wrong, ...circlesOf(unitsOf(graph)).map((circle) => `a circle: ${circle.join(" -> ")}`)];
}

if (import.meta.main) {
  const texts = new Map<string, string>();
  for (const folder of ["src/", "ffi/", "bpf/"]) {
    for await (const path of files(folder)) texts.set(path, await Deno.readTextFile(new URL(path, ROOT)));
  }
  const wrong = wrongGraph(texts);
  for (const sentence of wrong) console.error(sentence);
  if (wrong.length > 0) Deno.exit(1);
}
