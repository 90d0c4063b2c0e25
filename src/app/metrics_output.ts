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
      const onError = () => new Response("This request cannot be answered\n", { status: 500 });
      const server = { hostname, port, onListen: () => {}, onError };
      const onLoopback = isLoopbackName(hostname);
      this.#server = Deno.serve(server, (request) => refusal(request, onLoopback) ?? this.#answer(request));
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

/** A page of any site can have its own name lead to 127.0.0.1 (DNS rebinding) and would then read what loopback alone may:
 * on loopback only loopback's names are answered. The URL of a request is put together from its Host, so one that is no host goes first. */
function refusal({ headers }: Request, onLoopback: boolean): Response | null {
  const host = headers.get("host");
  if (host === null) return null;
  const [, six, name] = /^(?:(\[[0-9a-f:.]+\])|([\w.-]+))(?::\d{1,5})?$/i.exec(host) ?? [], called = six ?? name;
  if (called === undefined || !URL.canParse(`http://${host}/`)) {
    return new Response("Host is no host\n", { status: 400 });
  }
  if (!onLoopback || isLoopbackName(called)) return null;
  return new Response("This is answered to loopback names alone\n", { status: 403 });
}

export function isLoopbackName(name: string): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|\[?::1\]?)$/i.test(name);
}
