import { ExitStatus, TcptopError } from "../errors.ts";
import type { Sample } from "../flow/sample.ts";
import { Metrics } from "../output/metrics.ts";
import type { Networks } from "../output/networks.ts";
import type { Predicate } from "../view/filter/fields.ts";
import { hostOf, isLoopback } from "./host_name.ts";
import { type HttpAnswer, type HttpRequest, HttpServer } from "./http_server.ts";
import type { Output } from "./output.ts";

const OPEN = "application/openmetrics-text; version=1.0.0; charset=utf-8";
const PLAIN = "text/plain; version=0.0.4; charset=utf-8";

/** Serves the samples' counters by HTTP, at /metrics. */
export class MetricsOutput implements Output {
  readonly #metrics: Metrics;
  readonly #server: HttpServer;
  readonly #allowed: ReadonlySet<string> | null;

  /** Listens at once, with the rights that the process was started with. `hosts`: the names that it answers to, besides loopback's
   * and its own; none: on loopback no further ones, else any. `choose`: the flows that count; null: all. */
  constructor(
    hostname: string,
    port: number,
    hosts: readonly string[] = [],
    networks: Networks | null = null,
    choose: Predicate | null = null,
  ) {
    this.#metrics = new Metrics(networks, choose);
    try {
      this.#server = new HttpServer(hostname, port, (request) => this.#answer(request));
    } catch (error) {
      throw new TcptopError(`Cannot listen on ${hostname} port ${port}: ${reasonOf(error)}`, ExitStatus.failed, {
        cause: error,
      });
    }
    const own = this.#server.address.hostname, isOpen = hosts.length === 0 && !isLoopback(hostOf(own) ?? own);
    const names = [hostname, own, ...hosts].map((name) => hostOf(name)).filter((name) => name !== null);
    this.#allowed = isOpen ? null : new Set(names);
  }

  start(sample: Sample): void {
    if (!sample.isBeforePart) this.#metrics.start(sample);
  }

  sample(sample: Sample): void {
    this.#metrics.add(sample);
  }

  async close(): Promise<void> {
    await this.#server.close();
  }

  #answer({ method, path, hosts, accept }: HttpRequest): HttpAnswer {
    const names = hosts.map(hostOf);
    if (names.includes(null)) return { status: 400, body: "Host is no host\n" };
    if (!names.every((name) => this.#answersTo(name!))) {
      return { status: 403, body: "This is not answered to that Host: --metrics-host allows further ones\n" };
    }
    if (path !== "/metrics") return { status: 404, body: "The metrics are at /metrics\n" };
    if (method !== "GET" && method !== "HEAD") {
      return { status: 405, headers: ["allow: GET, HEAD"], body: "GET only\n" };
    }
    const open = accept.includes("application/openmetrics-text");
    return { status: 200, type: open ? OPEN : PLAIN, body: this.#metrics.text(open) };
  }

  /** A page of any site can have its own name lead to 127.0.0.1 (DNS rebinding) and would then read what loopback alone may. */
  #answersTo(name: string): boolean {
    return this.#allowed === null || this.#allowed.has(name) || isLoopback(name);
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof Deno.errors.AddrInUse) return "something else does";
  if (error instanceof Deno.errors.PermissionDenied) return "permission denied";
  if (error instanceof Deno.errors.AddrNotAvailable) return "it is no address of this machine";
  const message = error instanceof Error ? error.message : String(error);
  // The runtime has no class for a name that is not found, and URIError for one that cannot be.
  return error instanceof URIError || message.startsWith("failed to lookup") ? "no address is found for it" : message;
}
