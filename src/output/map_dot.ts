/** A map for Graphviz: tcptop --map dot | dot -Tsvg. */
import type { Sample } from "../flow/sample.ts";
import type { MapGraph, MapNode } from "../view/map.ts";
import { containerText, drawn, edgeLines, nodeLines, short } from "./map_labels.ts";

/** `limit`: pairs, 0: all. */
export function dotMap(graph: MapGraph, sample: Pick<Sample, "containers">, limit: number): string {
  const { edges, nodes, left } = drawn(graph, limit);
  const lines = ["digraph tcptop {", '  graph [rankdir=LR, fontname="sans-serif"];'];
  lines.push('  node [shape=box, fontname="sans-serif"];', '  edge [fontname="sans-serif", fontsize=10];');
  const groups = new Map<string, { readonly label: string; readonly texts: string[] }>();
  for (const { number, node } of nodes.values()) {
    const text = `n${number} [label="${label(nodeLines(node, sample))}"${shape(node)}];`,
      { container, kind } = node.end;
    if (kind !== "process" || container === null) lines.push(`  ${text}`);
    else {
      const group = groups.get(container.id) ?? { label: short(containerText(node.end, sample.containers)), texts: [] };
      group.texts.push(text);
      groups.set(container.id, group);
    }
  }
  [...groups.values()].forEach((group, i) => {
    lines.push(`  subgraph cluster_${i + 1} {`, `    label="${escaped(group.label)}";`);
    lines.push(...group.texts.map((text) => `    ${text}`), "  }");
  });
  const number = (id: string) => nodes.get(id)!.number;
  for (const edge of edges) {
    const colour = edge.failed > 0 ? ', color="#c00000", fontcolor="#c00000"' : "";
    lines.push(`  n${number(edge.from)} -> n${number(edge.to)} [label="${label(edgeLines(edge))}"${colour}];`);
  }
  if (left !== null) lines.push(`  more [label="${escaped(left)}", shape=plaintext];`);
  if (edges.length === 0) lines.push('  none [label="no connections", shape=plaintext];');
  return lines.join("\n") + "\n}\n";
}

function shape({ end: { kind } }: MapNode): string {
  if (kind === "container" || kind === "machine") return ", peripheries=2";
  if (kind === "name" || kind === "network") return ', style="rounded"';
  return kind === "inside" ? ', style="dashed"' : "";
}

const label = (lines: readonly string[]) => lines.map(escaped).join("\\n");

/** A backslash begins an escape, & an entity of HTML; in quotes nothing else has a meaning. */
function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replace(/["\\]/g, "\\$&");
}
