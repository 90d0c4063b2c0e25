/** Who talks to whom, drawn: who connects on the left, whom it connects to on the right. */
import type { Sample } from "../../flow/sample.ts";
import type { MapEdge, MapGraph, MapNode } from "../../view/map.ts";
import { bytesText, counted } from "../../view/units.ts";
import { containerText, nodeLines } from "../map_labels.ts";
import { Html, html } from "./html.ts";

/** A picture can be taken in up to here; the table has the rest. */
const MOST_EDGES = 24;
const WIDTH = 1000, BOX = 300, ROW = 44, HEIGHT = 34, MOST_STROKE = 14;

interface Place {
  readonly node: MapNode;
  readonly y: number;
}

type Containers = Pick<Sample, "containers">;

/** null: nobody talked. */
export function mapSvg(graph: MapGraph, sample: Containers): Html | null {
  const edges = graph.edges.slice(0, MOST_EDGES);
  if (edges.length === 0) return null;
  const ids = (side: "from" | "to") => [...new Set(edges.map((edge) => edge[side]))];
  const left = ids("from"), right = byNeighbours(ids("to"), edges, left);
  const rows = Math.max(left.length, right.length), height = rows * ROW;
  const column = (ids: readonly string[]) =>
    new Map(ids.map((id, i): [string, Place] => [
      id,
      { node: graph.nodes.get(id)!, y: (i + 0.5) * height / ids.length },
    ]));
  const from = column(left), to = column(right), most = Math.max(...edges.map(bytesOf), 1);
  const lines = edges.map((edge) => line(edge, from.get(edge.from)!.y, to.get(edge.to)!.y, widthOf(edge, most)));
  const labels = portLabels(edges, from, to, most);
  const boxes = [
    ...[...from.values()].map((place) => box(place, 0, sample)),
    ...[...to.values()].map((place) => box(place, WIDTH - BOX, sample)),
  ];
  const more = graph.edges.length - edges.length;
  return html`
    <figure
      class="map" tabindex="0"
      aria-label="Who talks to whom, drawn"><svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-labelledby="map-title"><title id="map-title">Who talks to whom: ${counted(
        edges.length,
        "[pair|pairs]",
      )}, which the table below has too</title>${lines}${labels}${boxes}</svg>${more > 0
        ? html`<figcaption>Drawn are the ${MOST_EDGES} pairs that moved most; the table has ${more} more.</figcaption>`
        : null}</figure>
  `;
}

const bytesOf = ({ sent, received }: MapEdge) => (sent ?? 0) + (received ?? 0);

/** In the order of those on the other side, so that few lines cross. */
function byNeighbours(ids: readonly string[], edges: readonly MapEdge[], others: readonly string[]): string[] {
  const place = (id: string) => {
    const of = edges.filter(({ to }) => to === id).map(({ from }) => others.indexOf(from));
    return of.reduce((sum, index) => sum + index, 0) / of.length;
  };
  const places = new Map(ids.map((id) => [id, place(id)]));
  return [...ids].sort((a, b) => places.get(a)! - places.get(b)!);
}

/** The width says how many bytes, by their order of magnitude. */
function widthOf(edge: MapEdge, most: number): number {
  return 1 + Math.log2(bytesOf(edge) + 1) / Math.log2(most + 1) * (MOST_STROKE - 1);
}

function line(edge: MapEdge, y1: number, y2: number, width: number): Html {
  const x1 = BOX, x2 = WIDTH - BOX, middle = WIDTH / 2;
  const kind = edge.failed === 0 ? "edge" : edge.failed === edge.connections ? "edge failed" : "edge partly";
  const failed = edge.failed > 0 ? `, ${edge.failed} failed` : "";
  const title = `${edge.ports.join(" ")}: ${counted(edge.connections, "[connection|connections]")}${failed}, ${
    bytesText(edge.sent)
  } sent, ${bytesText(edge.received)} received`;
  return html`
    <g class="${kind}">
      <title>${title}</title>
      <path d="M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}"
        stroke-width="${width.toFixed(1)}" />
    </g>
  `;
}

type Places = ReadonlyMap<string, Place>;

/** The ports stand at the end of a line where fewer lines meet. Where several do at both, the place has one label, of the first port, for all of them. */
function portLabels(edges: readonly MapEdge[], from: Places, to: Places, most: number): Html[] {
  const lines = (side: "from" | "to", id: string) => edges.filter((edge) => edge[side] === id).length;
  const labels = new Map<string, { isLeft: boolean; y: number; width: number; ports: Set<string>; hasMore: boolean }>();
  for (const edge of edges) {
    const isLeft = lines("from", edge.from) < lines("to", edge.to), id = isLeft ? edge.from : edge.to;
    const key = `${isLeft} ${id}`, { y } = (isLeft ? from : to).get(id)!;
    const label = labels.get(key) ?? { isLeft, y, width: 0, ports: new Set(), hasMore: false };
    label.width = Math.max(label.width, widthOf(edge, most));
    edge.ports.forEach((port) => label.ports.add(port));
    label.hasMore ||= edge.hasMorePorts;
    labels.set(key, label);
  }
  return [...labels.values()].map(({ isLeft, y, width, ports: [port = "", ...others], hasMore }) => {
    const x = isLeft ? BOX + 8 : WIDTH - BOX - 8, text = `${port}${others.length > 0 || hasMore ? " …" : ""}`;
    return html`
      <text class="${isLeft ? "ports" : "ports end"}" x="${x}" y="${(y - 5 - width / 2).toFixed(1)}">${text}</text>
    `;
  });
}

function box({ node, y }: Place, x: number, sample: Containers): Html {
  const { kind, container } = node.end, lines = nodeLines(node, sample), [name] = lines;
  const below = lines[1] ??
    (kind === "process" && container !== null ? containerText(node.end, sample.containers) : "");
  const text = below === "" ? html`<text x="12" y="22">${name}</text>` : html`
    <text x="12" y="15">${name}</text>
    <text x="12" y="29" class="below">${below}</text>
  `;
  return html`
    <svg class="node ${kind}" x="${x}" y="${(y - HEIGHT / 2).toFixed(1)}" width="${BOX}"
      height="${HEIGHT}"><title>${[name, ...node.addresses].join(", ")}</title><rect x="0.5" y="0.5" width="${BOX -
        1}" height="${HEIGHT - 1}" rx="8"/>${text}</svg>
  `;
}
