/** One request to a receiver, and what became of it. */
import { refusedBy, type Signal } from "../../output/otlp/encode.ts";
import type { Target } from "./config.ts";

/** An answer is a few bytes; of a longer one the rest is not read. */
const MOST_ANSWER_BYTES = 1 << 16;

/** What OTLP has a sender try again; all other failures are final. */
const TRANSIENT = new Set([429, 502, 503, 504]);

export type Outcome =
  | { readonly kind: "sent"; readonly refused: number; readonly why: string }
  /** `answered`: by the receiver; false: nobody was reached, or no answer came. `afterMs`: what the receiver asks for; null: it does not say. */
  | { readonly kind: "again"; readonly why: string; readonly answered: boolean; readonly afterMs: number | null }
  | { readonly kind: "refused"; readonly why: string };

export class Poster {
  readonly #client: Deno.HttpClient;
  readonly #headers: Headers;

  constructor(readonly target: Target, readonly signal: Signal, readonly nowMs: () => number) {
    const { certificate, client } = target;
    this.#client = Deno.createHttpClient({
      ...certificate === null ? {} : { caCerts: [certificate] },
      ...client === null ? {} : { cert: client.certificate, key: client.key },
    });
    this.#headers = new Headers([...target.headers]);
    this.#headers.set("content-type", `application/${target.encoding === "json" ? "json" : "x-protobuf"}`);
    if (target.gzip) this.#headers.set("content-encoding", "gzip");
  }

  /** Never throws, and takes no longer than the target's time-out. */
  async post(body: Uint8Array<ArrayBuffer>, stopped: AbortSignal): Promise<Outcome> {
    const signal = AbortSignal.any([stopped, AbortSignal.timeout(this.target.timeoutMs)]);
    try {
      const response = await fetch(this.target.url, {
        method: "POST",
        body: this.target.gzip ? await gzip(body) : body,
        headers: this.#headers,
        client: this.#client,
        redirect: "manual",
        signal,
      });
      return await this.#judge(response);
    } catch (error) {
      if (isBlocked(error)) return { kind: "refused", why: BLOCKED };
      return { kind: "again", why: failureText(error, this.target.timeoutMs), answered: false, afterMs: null };
    }
  }

  close(): void {
    this.#client.close();
  }

  async #judge(response: Response): Promise<Outcome> {
    const { status, ok, headers } = response, answer = await bounded(response);
    if (ok) {
      try {
        const { count, why } = refusedBy(answer, this.signal, this.target.encoding);
        if (Number.isSafeInteger(count) && count > 0) return { kind: "sent", refused: count, why };
      } catch { /* it has taken it, whatever it says */ }
      return { kind: "sent", refused: 0, why: "" };
    }
    const why = `it answers ${status}`;
    if (!TRANSIENT.has(status)) return { kind: "refused", why };
    return { kind: "again", why, answered: true, afterMs: retryAfterMs(headers.get("retry-after"), this.nowMs()) };
  }
}

/** Seconds, or a date. */
export function retryAfterMs(text: string | null, nowMs: number): number | null {
  if (text === null) return null;
  if (/^\d+$/.test(text.trim())) return Number(text) * 1000;
  const ms = Date.parse(text) - nowMs;
  return Number.isFinite(ms) ? Math.max(0, ms) : null;
}

async function bounded({ body }: Response): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of body ?? []) {
    parts.push(part);
    if ((bytes += part.length) > MOST_ANSWER_BYTES) break; // cancels the rest
  }
  const all = new Uint8Array(bytes);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

async function gzip(body: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([body]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** fetch() sends nothing to ports of some other protocols (https://fetch.spec.whatwg.org/#port-blocking). */
export const BLOCKED = "its port is another protocol's, to which nothing is sent by HTTP";

function isBlocked(error: unknown): boolean {
  return error instanceof Error && /port \d+ (is|are) blocked/i.test(error.message);
}

function failureText(error: unknown, timeoutMs: number): string {
  if (error instanceof DOMException && error.name === "TimeoutError") {
    return `it has not taken a request within ${timeoutMs / 1000} s`;
  }
  const text = error instanceof Error ? `${error.message} ${error.cause ?? ""}` : String(error);
  if (/refused/i.test(text)) return "nothing listens there";
  if (/certificate|tls|handshake/i.test(text)) return `TLS fails: ${tlsReason(text)}`;
  if (/dns|lookup|resolve/i.test(text)) return "its name leads nowhere";
  if (/reset|closed|broken pipe|incomplete|eof/i.test(text)) return "it ends the connection";
  return "the connection fails";
}

function tlsReason(text: string): string {
  return /UnknownIssuer/.test(text)
    ? "its certificate is of an authority that is not known (OTEL_EXPORTER_OTLP_CERTIFICATE)"
    : /NotValidForName/.test(text)
    ? "its certificate is for another name"
    : /Expired/.test(text)
    ? "its certificate has expired"
    : "its certificate is not accepted, or it speaks no TLS";
}
