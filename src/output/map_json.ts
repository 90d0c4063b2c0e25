/** A map as a JSON document. */
import type { Sample } from "../flow/sample.ts";
import type { Note } from "../system/source_info.ts";
import type { Container } from "../view/flow.ts";
import type { EndKind, EndsBy } from "../view/far_end.ts";
import type { MapGraph } from "../view/map.ts";

const MAP_SCHEMA = "tcptop.map/1";

export interface MapNodeFacts {
  readonly id: number;
  readonly kind: EndKind;
  /** The process, container, name, network or endpoint. */
  readonly key: string;
  readonly container: Container | null;
  readonly name_from: string | null;
  /** Outside: the first that were met. */
  readonly addresses: readonly string[];
}

export interface MapEdgeFacts {
  readonly from: number;
  readonly to: number;
  readonly connections: number;
  readonly open: number;
  readonly failed: number;
  readonly sent_bytes: number | null;
  readonly received_bytes: number | null;
  readonly ports: readonly string[];
}

export interface MapHead {
  readonly sinceMs: number;
  readonly by: EndsBy;
  /** Of the last sample. */
  readonly notes: readonly Note[];
  readonly version: string;
}

/** `limit`: pairs, 0: all. */
export function mapDocument(
  graph: MapGraph,
  sample: Pick<Sample, "containers" | "wallMs" | "host" | "source">,
  { sinceMs, by, notes, version }: MapHead,
  limit: number,
): string {
  const shown = limit === 0 ? graph.edges : graph.edges.slice(0, limit), rest = graph.edges.slice(shown.length);
  const ids = [...new Set(shown.flatMap(({ from, to }) => [from, to]))];
  const numbers = new Map(ids.map((id, i) => [id, i + 1])), number = (id: string) => numbers.get(id)!;
  const nodes = ids.map((id): MapNodeFacts => {
    const { end, addresses } = graph.nodes.get(id)!, { container, kind, from, text } = end;
    const named = container && { ...container, name: sample.containers.get(container.id) ?? container.name };
    const key = kind === "container" ? named!.name ?? named!.id : text;
    return { id: number(id), kind, key, container: named, name_from: from, addresses: [...addresses] };
  });
  const edges = shown.map((edge): MapEdgeFacts => ({
    from: number(edge.from),
    to: number(edge.to),
    connections: edge.connections,
    open: edge.open,
    failed: edge.failed,
    sent_bytes: edge.sent,
    received_bytes: edge.received,
    ports: edge.ports,
  }));
  const document = {
    schema: MAP_SCHEMA,
    version,
    since: new Date(sinceMs).toISOString(),
    time: new Date(sample.wallMs).toISOString(),
    host: sample.host,
    source: { tcp: sample.source.tcp, udp: sample.source.udp, notes },
    ends_by: by,
    nodes,
    edges,
    further_connections: rest.reduce((sum, { connections }) => sum + connections, graph.further),
  };
  return JSON.stringify(document) + "\n";
}
