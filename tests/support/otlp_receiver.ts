/** A receiver of OTLP for tests: keeps what it is sent, and answers as it is told to. */
import { attributesOf, decode, type Decoded, LOGS, METRICS } from "./otlp_decode.ts";

export interface Received {
  readonly path: string;
  readonly headers: Headers;
  readonly body: Uint8Array;
}

export interface Point {
  readonly name: string;
  readonly attributes: Record<string, string | number | boolean>;
  readonly value: number;
  readonly point: Decoded;
}

export class Receiver implements AsyncDisposable {
  readonly requests: Received[] = [];
  /** What it says; by default it has taken everything. */
  answer: (request: Received) => Response | Promise<Response> = () => new Response(new Uint8Array());
  readonly #isSecure: boolean;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  /** `tls`: PEM. */
  constructor(tls: { cert: string; key: string } | null = null) {
    this.#isSecure = tls !== null;
    const place = { hostname: "127.0.0.1", port: 0, onListen: () => {}, ...tls };
    this.#server = Deno.serve(place, async (request) => {
      const bytes = new Uint8Array(await request.arrayBuffer());
      const body = request.headers.get("content-encoding") === "gzip" ? await gunzip(bytes) : bytes;
      const received = { path: new URL(request.url).pathname, headers: new Headers(request.headers), body };
      const answer = await this.answer(received);
      if (answer.ok) this.requests.push(received);
      return answer;
    });
  }

  get url(): string {
    const { port } = this.#server.addr;
    return this.#isSecure ? `https://localhost:${port}` : `http://127.0.0.1:${port}`;
  }

  /** Of all requests it has taken, in order. */
  get records(): Decoded[] {
    return this.#all("/v1/logs", LOGS).flatMap(({ scopes }) => scopes.flatMap(({ records }: Decoded) => records));
  }

  /** Points of the last request with metrics. */
  get points(): Point[] {
    const last = this.#all("/v1/metrics", METRICS).at(-1);
    return (last?.scopes ?? []).flatMap(({ metrics }: Decoded) => metrics.flatMap(pointsOf));
  }

  /** Sum of the last points of the metric whose attributes have these. */
  sum(name: string, wanted: Record<string, unknown> = {}): number {
    return this.points.filter((point) =>
      point.name === name && Object.entries(wanted).every(([key, value]) => point.attributes[key] === value)
    ).reduce((sum, { value }) => sum + value, 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }

  #all(path: string, message: Parameters<typeof decode>[1]): Decoded[] {
    return this.requests.filter((request) => request.path.endsWith(path)).flatMap(({ body }) =>
      decode(body, message).resources
    );
  }
}

/** Of requests that were kept as files (otlp_keeper.ts): all records, and the points of the last request with metrics. */
export function keptIn(
  folder: string,
): { readonly records: Decoded[]; readonly points: Point[]; readonly resource: Record<string, unknown> } {
  const names = Array.from(Deno.readDirSync(folder), ({ name }) => name).sort();
  const all = (signal: string, message: Parameters<typeof decode>[1]) =>
    names.filter((name) => name.startsWith(signal)).flatMap((name) =>
      decode(Deno.readFileSync(`${folder}/${name}`), message).resources
    );
  const logs = all("logs", LOGS), last = all("metrics", METRICS).at(-1)!;
  return {
    records: logs.flatMap(({ scopes }) => scopes.flatMap(({ records }: Decoded) => records)),
    points: last.scopes.flatMap(({ metrics }: Decoded) => metrics.flatMap(pointsOf)),
    resource: attributesOf(last.resource),
  };
}

function pointsOf({ name, sum, histogram, exponential }: Decoded): Point[] {
  return (sum ?? histogram ?? exponential).points.map((point: Decoded) => (
    { name, attributes: attributesOf(point), value: point.int ?? point.double ?? point.count ?? 0, point }
  ));
}

async function gunzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
