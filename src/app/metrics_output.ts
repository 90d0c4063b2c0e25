import { ExitStatus, TcptopError } from "../errors.ts";
import type { Sample } from "../flow/sample.ts";
import { Metrics } from "../output/metrics.ts";
import type { Output } from "./output.ts";

const OPEN = "application/openmetrics-text; version=1.0.0; charset=utf-8";
const PLAIN = "text/plain; version=0.0.4; charset=utf-8";

/** Serves the samples' counters by HTTP, at /metrics. */
export class MetricsOutput implements Output {
  readonly #metrics = new Metrics();
  readonly #server: Deno.HttpServer;

  /** Listens at once, with the rights that the process was started with. */
  constructor(hostname: string, port: number) {
    try {
      this.#server = Deno.serve({ hostname, port, onListen: () => {} }, (request) => this.#answer(request));
    } catch (error) {
      const reason = error instanceof Deno.errors.AddrInUse
        ? "something else does"
        : error instanceof Deno.errors.PermissionDenied
        ? "permission denied"
        : error instanceof Error
        ? error.message
        : String(error);
      throw new TcptopError(`Cannot listen on ${hostname} port ${port}: ${reason}`, ExitStatus.failed, {
        cause: error,
      });
    }
  }

  sample(sample: Sample): void {
    this.#metrics.add(sample);
  }

  async close(): Promise<void> {
    await this.#server.shutdown();
  }

  #answer({ method, url, headers }: Request): Response {
    if (new URL(url).pathname !== "/metrics") return new Response("The metrics are at /metrics\n", { status: 404 });
    if (method !== "GET" && method !== "HEAD") {
      return new Response("GET only\n", { status: 405, headers: { allow: "GET" } });
    }
    const open = headers.get("accept")?.includes("application/openmetrics-text") ?? false;
    return new Response(this.#metrics.text(open), { headers: { "content-type": open ? OPEN : PLAIN } });
  }
}
