/** Who imports whom, as a graph of files, and the circles in it. */

/** Each file's own imports, as paths from the root of the project. */
export type Graph = ReadonlyMap<string, readonly string[]>;

const SPECIFIERS = {
  ".ts": /(?:from|import)\s*\(?\s*"(\.[^"]+)"/g,
  ".c": /^[ \t]*#[ \t]*include[ \t]+"([^"]+)"/gm,
} as const;

/** What the file at `path` imports of the project's own files. */
export function importsOf(path: string, text: string): string[] {
  const pattern = path.endsWith(".ts") ? SPECIFIERS[".ts"] : SPECIFIERS[".c"], base = new URL(path, "file:///");
  return [...text.matchAll(pattern)].map(([, specifier]) => new URL(specifier, base).pathname.slice(1));
}

/** A .c file and the header of its name are one: the second says what the first does. */
export function unitOf(path: string): string {
  return path.replace(/(?<!\.bpf)\.[ch]$/, ".[ch]");
}

/** The graph of units: an edge from each to those that one of its files imports. */
export function unitsOf(graph: Graph): Graph {
  const units = new Map<string, string[]>();
  for (const [path, targets] of graph) {
    const from = unitOf(path), to = targets.map(unitOf).filter((unit) => unit !== from);
    units.set(from, [...units.get(from) ?? [], ...to]);
  }
  return units;
}

/** Each circle once, as the names along it. */
export function circlesOf(graph: Graph): string[][] {
  const circles: string[][] = [], done = new Set<string>(), way: string[] = [];
  const visit = (name: string): void => {
    const at = way.indexOf(name);
    if (at >= 0) circles.push([...way.slice(at), name]);
    if (at >= 0 || done.has(name)) return;
    way.push(name);
    for (const target of graph.get(name) ?? []) visit(target);
    way.pop();
    done.add(name);
  };
  for (const name of graph.keys()) visit(name);
  return circles;
}
