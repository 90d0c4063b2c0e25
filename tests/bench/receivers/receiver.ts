/** Receivers of OTLP in every kind of trouble, and one that is well, each at a port of its own of the loopback device. */
import { freePort } from "../../support/program.ts";
import { recordsIn } from "./records_in.ts";

export interface Receiver extends AsyncDisposable {
  readonly url: string;
  /** Log records that it has taken. */
  readonly records: () => number;
}

const none = () => 0;

/** It takes everything, or answers 503. */
function server(takes: boolean): Receiver {
  let records = 0;
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const body = new Uint8Array(await request.arrayBuffer());
    if (!takes) return new Response("", { status: 503 });
    if (new URL(request.url).pathname.endsWith("/logs")) records += recordsIn(body);
    return new Response(new Uint8Array());
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    records: () => records,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** Does with each connection what `treat` does. */
function listener(treat: (connection: Deno.TcpConn) => Promise<void>): Receiver {
  const server = Deno.listen({ hostname: "127.0.0.1", port: 0 }), open = new Set<Deno.TcpConn>();
  const serve = async () => {
    for await (const connection of server) {
      open.add(connection);
      treat(connection).catch(() => {}).finally(() => {
        if (open.delete(connection)) connection.close();
      });
    }
  };
  serve().catch(() => {});
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    records: none,
    [Symbol.asyncDispose]() {
      server.close();
      for (const connection of open) connection.close();
      open.clear();
      return Promise.resolve();
    },
  };
}

/** Closed with bytes that nobody has read: the kernel answers by a reset. */
async function resetting(connection: Deno.TcpConn): Promise<void> {
  await connection.read(new Uint8Array(1));
}

/** A hundred bytes a second. */
async function slowly(connection: Deno.TcpConn): Promise<void> {
  const bytes = new Uint8Array(10);
  while (await connection.read(bytes) !== null) await new Promise((resolve) => setTimeout(resolve, 100));
}

/** A process that listens and was stopped: the kernel still takes connections, and what fits into their buffers. */
async function stopped(): Promise<Receiver> {
  const program =
    'const l = Deno.listen({ hostname: "127.0.0.1", port: 0 }); console.log(l.addr.port); await l.accept();';
  const args = ["eval", "--quiet", "--no-config", program];
  const child = new Deno.Command(Deno.execPath(), { args, stdin: "null", stdout: "piped", stderr: "null" }).spawn();
  const reader = child.stdout.getReader(), { value } = await reader.read();
  child.kill("SIGSTOP");
  return {
    url: `http://127.0.0.1:${Number(new TextDecoder().decode(value))}`,
    records: none,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await reader.cancel();
      await child.status;
    },
  };
}

const gone = (): Receiver => ({
  url: `http://127.0.0.1:${freePort()}`,
  records: none,
  [Symbol.asyncDispose]: () => Promise.resolve(),
});

export const GOOD = "takes everything";

/** By what is the matter with them. */
export const RECEIVERS: readonly (readonly [name: string, start: () => Receiver | Promise<Receiver>])[] = [
  [GOOD, () => server(true)],
  ["refuses connections", gone],
  ["is a stopped process", stopped],
  ["answers 503", () => server(false)],
  ["resets connections", () => listener(resetting)],
  ["reads 100 bytes a second", () => listener(slowly)],
];
