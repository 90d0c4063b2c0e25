/** What a container engine says over its Unix socket: the Docker Engine API, which Podman speaks too. Nothing here throws or takes
 * longer than TIMEOUT_MS, and what comes back is somebody else's text. */
const TIMEOUT_MS = 1000;
const MOST_BYTES = 4 << 20;
const MOST_NAME = 255;
/** An engine that did not answer is left alone for this long. */
const REST_MS = 30_000;

export class Engine {
  #restsUntilMs = -Infinity;

  constructor(readonly path: string, readonly nowMs: () => number) {}

  /** Names of all containers that run, by id; null: no answer. */
  async list(): Promise<ReadonlyMap<string, string> | null> {
    const answer = await this.#get("/containers/json");
    if (!Array.isArray(answer)) return null;
    const names = new Map<string, string>();
    for (const one of answer) {
      const name = nameOf(one?.Names?.[0]);
      if (typeof one?.Id === "string" && name !== null) names.set(one.Id, name);
    }
    return names;
  }

  /** The container's name; null: it has none, or there was no answer. */
  async name(id: string): Promise<string | null> {
    const answer = await this.#get(`/containers/${encodeURIComponent(id)}/json`);
    return nameOf((answer as { Name?: unknown } | null)?.Name);
  }

  async #get(resource: string): Promise<unknown> {
    if (this.nowMs() < this.#restsUntilMs || !exists(this.path)) return null;
    const client = Deno.createHttpClient({ proxy: { transport: "unix", path: this.path } });
    try {
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      const response = await fetch(`http://engine${resource}`, { client, signal, redirect: "error" });
      const text = await bounded(response);
      return response.status === 200 && text !== null ? JSON.parse(text) : null;
    } catch {
      this.#restsUntilMs = this.nowMs() + REST_MS;
      return null;
    } finally {
      client.close();
    }
  }
}

/** "/web" is how Docker writes the name of web. */
function nameOf(value: unknown): string | null {
  if (typeof value !== "string") return null;
  const name = value.replace(/^\//, "");
  return name.length > 0 && name.length <= MOST_NAME ? name : null;
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isSocket === true;
  } catch {
    return false;
  }
}

/** null: longer than an answer may be. */
async function bounded({ body }: Response): Promise<string | null> {
  if (body === null) return null;
  const decoder = new TextDecoder();
  let text = "", bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) return null;
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
