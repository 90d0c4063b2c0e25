/** The words of a map, the same in every form of it. Harmless, and not yet escaped for any of them. */
import type { Sample } from "../flow/sample.ts";
import { harmless, harmlessName } from "../harmless.ts";
import type { End } from "../view/far_end.ts";
import type { MapEdge, MapGraph, MapNode } from "../view/map.ts";
import { bytesText, counted, thousands } from "../view/units.ts";

/** A label is no text: a name of 255 bytes would hide the rest. */
const MOST_CHARACTERS = 48;
const SHOWN_PORTS = 3;

/** What is drawn: of many pairs, those that have moved most. */
export interface Drawn {
  readonly edges: readonly MapEdge[];
  /** Their ends, by id, with a number each. */
  readonly nodes: ReadonlyMap<string, { readonly number: number; readonly node: MapNode }>;
  /** What is not drawn, in a sentence; null: nothing. */
  readonly left: string | null;
}

/** `remedy`: how all are shown, behind the sentence about what is left. */
export function drawn({ nodes, edges, further }: MapGraph, limit: number, remedy = ": --limit 0 shows all"): Drawn {
  const shown = limit === 0 ? edges : edges.slice(0, limit), rest = edges.slice(shown.length);
  const ids = [...new Set(shown.flatMap(({ from, to }) => [from, to]))];
  const connections = rest.reduce((sum, edge) => sum + edge.connections, further);
  return {
    edges: shown,
    nodes: new Map(ids.map((id, i) => [id, { number: i + 1, node: nodes.get(id)! }])),
    left: connections === 0
      ? null
      : `${counted(connections, "[connection|connections] between further ends")}${remedy}`,
  };
}

/** In lines. */
export function nodeLines({ end, addresses, hasMore }: MapNode, { containers }: Pick<Sample, "containers">): string[] {
  switch (end.kind) {
    case "container":
      return [short(containerText(end, containers))];
    case "network":
      return [short(addresses.size === 1 && !hasMore ? [...addresses][0] : end.text)];
    case "name":
      return [short(`${end.from === "reverse" ? "~" : ""}${end.text}`)];
    case "inside":
      return [short(end.text), "on this machine"];
    case "machine":
      return [short(end.text), "outside of containers"];
    case "process":
      return [short(harmlessName(end.text))];
  }
}

/** Of the container that a process is in. */
export function containerText({ container }: End, containers: Sample["containers"]): string {
  return container === null ? "" : containers.get(container.id) ?? container.name ?? container.id.slice(0, 12);
}

export function edgeLines({ connections, failed, sent, received, ports, hasMorePorts }: MapEdge): string[] {
  const rest = ports.length - SHOWN_PORTS, more = rest > 0 || hasMorePorts ? [" …"] : [];
  const lines = [
    `${ports.slice(0, SHOWN_PORTS).join(" ")}${more.join("")}, ${counted(connections, "[connection|connections]")}`,
    `${bytesText(sent)} →, ${bytesText(received)} ←`,
  ];
  return failed > 0 ? [...lines, `${thousands(failed)} failed`] : lines;
}

export function short(text: string): string {
  const characters = [...harmless(text)];
  return characters.length > MOST_CHARACTERS
    ? `${characters.slice(0, MOST_CHARACTERS - 1).join("")}…`
    : characters.join("");
}
