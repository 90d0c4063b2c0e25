/** A map as a Mermaid flowchart, which pages such as GitHub's draw. */
import type { Sample } from "../flow/sample.ts";
import type { MapGraph, MapNode } from "../view/map.ts";
import { containerText, drawn, edgeLines, nodeLines, short } from "./map_labels.ts";

const BREAK = "<br/>";
/** What has no meaning to Mermaid, Markdown or HTML: anywhere, and within a word. */
const PLAIN = /^[A-Za-z0-9 ,\/→←…]$/, WORD = /^[A-Za-z0-9]$/, WITHIN = /^[.-]$/; // a colon may name an icon

/** `limit`: pairs, 0: all; `remedy` as drawn() has it. */
export function mermaidMap(
  graph: MapGraph,
  sample: Pick<Sample, "containers">,
  limit: number,
  remedy?: string,
): string {
  const { edges, nodes, left } = drawn(graph, limit, remedy), lines = ["flowchart LR"];
  const groups = new Map<string, string[]>();
  for (const { number, node } of nodes.values()) {
    const text = `n${number}${shape(node, nodeLines(node, sample))}`;
    if (node.end.kind !== "process" || node.end.container === null) lines.push(`  ${text}`);
    else groups.set(node.end.container.id, [...groups.get(node.end.container.id) ?? [], text]);
  }
  const inside = [...nodes.values()].map(({ node }) => node.end);
  [...groups].forEach(([id, texts], i) => {
    const end = inside.find(({ container }) => container?.id === id)!;
    lines.push(`  subgraph g${i + 1}["${label([short(containerText(end, sample.containers))])}"]`);
    lines.push(...texts.map((text) => `    ${text}`), "  end");
  });
  const number = (id: string) => nodes.get(id)!.number;
  for (const edge of edges) lines.push(`  n${number(edge.from)} -->|"${label(edgeLines(edge))}"| n${number(edge.to)}`);
  if (left !== null) lines.push(`  more["${label([left])}"]`);
  const failed = edges.flatMap((edge, i) => edge.failed > 0 ? [i] : []);
  if (failed.length > 0) lines.push(`  linkStyle ${failed.join(",")} stroke:#c00,color:#c00`);
  if (edges.length === 0) lines.push(`  none["no connections"]`);
  return lines.join("\n") + "\n";
}

/** A container is a box with double sides, the outside is round, what is not known slanted. */
function shape({ end: { kind } }: MapNode, lines: readonly string[]): string {
  const text = `"${label(lines)}"`;
  if (kind === "container" || kind === "machine") return `[[${text}]]`;
  if (kind === "name" || kind === "network") return `([${text}])`;
  return kind === "inside" ? `[/${text}/]` : `[${text}]`;
}

/** What Mermaid shows of a text without a character: "" is none to its grammar, and the whole map an error. */
const BLANK = "#32;";

const label = (lines: readonly string[]) => lines.map(escaped).join(BREAK) || BLANK;

/** Everything else by its number, which Mermaid writes as an entity of HTML. */
function escaped(text: string): string {
  const characters = [...text], isWord = (i: number) => WORD.test(characters[i] ?? "");
  return characters.map((character, i) => {
    const isPlain = PLAIN.test(character) || WITHIN.test(character) && isWord(i - 1) && isWord(i + 1);
    return isPlain ? character : `#${character.codePointAt(0)};`;
  }).join("");
}
