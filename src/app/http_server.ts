/** An HTTP/1 server for a scraper: a connection holds a descriptor for a bounded time, and there is a bounded number of them. */

/** More than the scrapers of a machine: the one that came first goes when a further one comes. */
const MOST_CONNECTIONS = 16;
/** From accept() to the last byte of the answer. */
const DEADLINE_MS = 10_000;
const MOST_HEAD_BYTES = 8192;
const MOST_REST_READS = 16;
/** accept() failed, as it does without descriptors: the next try is not at once. */
const RETRY_MS = 250;

export interface HttpRequest {
  readonly method: string;
  readonly path: string;
  /** Each authority that the request names, in Host and in a target that is absolute (RFC 9112, 3.2.2). */
  readonly hosts: readonly string[];
  readonly accept: string;
}

export interface HttpAnswer {
  readonly status: number;
  readonly type?: string;
  readonly headers?: readonly string[];
  readonly body: string;
}

const REASONS: Readonly<Record<number, string>> = {
  200: "OK",
  400: "Bad Request",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  431: "Request Header Fields Too Large",
  500: "Internal Server Error",
};

const encoder = new TextEncoder();

/** Answers each request on a connection of its own. */
export class HttpServer {
  readonly #listener: Deno.TcpListener;
  readonly #answer: (request: HttpRequest) => HttpAnswer;
  readonly #connections = new Set<Deno.TcpConn>();
  #closed = false;
  readonly #accepting: Promise<void>;

  /** Listens at once, and throws where it cannot. */
  constructor(hostname: string, port: number, answer: (request: HttpRequest) => HttpAnswer) {
    this.#listener = Deno.listen({ hostname, port });
    this.#answer = answer;
    this.#accepting = this.#accept();
  }

  /** The address that the name has led to. */
  get address(): Deno.NetAddr {
    return this.#listener.addr;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#listener.close();
    for (const connection of this.#connections) this.#drop(connection);
    await this.#accepting;
  }

  async #accept(): Promise<void> {
    while (!this.#closed) {
      try {
        const connection = await this.#listener.accept(), [first] = this.#connections;
        if (this.#closed) return connection.close();
        if (this.#connections.size >= MOST_CONNECTIONS) this.#drop(first);
        this.#connections.add(connection);
        this.#serve(connection);
      } catch {
        // Most likely there is no descriptor left, and others need some too.
        for (const connection of this.#connections) this.#drop(connection);
        if (!this.#closed) await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }

  /** What goes wrong on a connection is the end of that connection, and of nothing else. */
  async #serve(connection: Deno.TcpConn): Promise<void> {
    const timer = setTimeout(() => this.#drop(connection), DEADLINE_MS);
    try {
      const request = await readRequest(connection);
      const answer = typeof request === "number"
        ? { status: request, body: `${REASONS[request]}\n` }
        : this.#answered(request);
      await writeAll(connection, answerBytes(answer, typeof request !== "number" && request.method === "HEAD"));
      await lingered(connection);
    } catch {
      /* It has gone, or its time was up. */
    } finally {
      clearTimeout(timer);
      this.#drop(connection);
    }
  }

  #answered(request: HttpRequest): HttpAnswer {
    try {
      return this.#answer(request);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return { status: 500, body: `This request cannot be answered: ${why}\n` };
    }
  }

  #drop(connection: Deno.TcpConn): void {
    if (this.#connections.delete(connection)) connection.close();
  }
}

/** The request; a status to answer with where it is none or too long. Throws when the peer leaves before it has sent one. */
async function readRequest(connection: Deno.TcpConn): Promise<HttpRequest | number> {
  const bytes = new Uint8Array(MOST_HEAD_BYTES), decoder = new TextDecoder("latin1");
  for (let length = 0; length < bytes.length;) {
    const more = await connection.read(bytes.subarray(length)), from = Math.max(0, length - 3);
    if (more === null) throw new Deno.errors.UnexpectedEof();
    length += more;
    const end = /\n\r?\n/.exec(decoder.decode(bytes.subarray(from, length)));
    if (end !== null) return parseRequest(decoder.decode(bytes.subarray(0, from + end.index))) ?? 400;
  }
  return 431;
}

/** `head` ends before its empty line. null: not HTTP/1, or of two meanings. */
export function parseRequest(head: string): HttpRequest | null {
  const [line, ...fields] = head.replace(/\r$/, "").split(/\r?\n/);
  const [, method, target, minor] = /^([A-Z]{1,16}) (\S+) HTTP\/1\.([01])$/.exec(line) ?? [];
  if (target === undefined) return null;
  const [, authority, path] = /^(?:http:\/\/([^/?#]*))?(\/[^?#]*)/i.exec(target) ?? [];
  const headers = fields.map((field) => /^([\w!#$%&'*+.^`|~-]+):[ \t]*(.*?)[ \t]*$/.exec(field));
  if (path === undefined || headers.includes(null)) return null;
  const values = (name: string) => headers.flatMap((field) => field![1].toLowerCase() === name ? [field![2]] : []);
  const hosts = values("host");
  if (hosts.length > 1 || hosts.length === 0 && minor === "1") return null;
  if (authority !== undefined) hosts.push(authority);
  return { method, path, hosts, accept: values("accept").join(",") };
}

function answerBytes(
  { status, type = "text/plain; charset=utf-8", headers = [], body }: HttpAnswer,
  isHead: boolean,
): Uint8Array {
  const bytes = encoder.encode(body);
  const lines = [
    `HTTP/1.1 ${status} ${REASONS[status]}`,
    `content-type: ${type}`,
    `content-length: ${bytes.length}`,
    ...headers,
  ];
  const head = encoder.encode([...lines, "connection: close", "", ""].join("\r\n"));
  if (isHead) return head;
  const all = new Uint8Array(head.length + bytes.length);
  all.set(head);
  all.set(bytes, head.length);
  return all;
}

async function writeAll(connection: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
}

/** What has come in unread makes close() a reset (tcp_close()), which takes the answer from the peer. */
async function lingered(connection: Deno.TcpConn): Promise<void> {
  await connection.closeWrite();
  const rest = new Uint8Array(4096);
  for (let reads = 0; reads < MOST_REST_READS && await connection.read(rest) !== null;) reads++;
}
