/** A server of bytes on loopback that knows what each connection carried: what stands behind it is given. */

/** Serves what comes in, and ends when it is answered. */
export type Behind = () => Promise<
  { readonly readable: ReadableStream<Uint8Array>; readonly writable: WritableStream<Uint8Array> }
>;

export class CountingProxy implements AsyncDisposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly port = (this.#listener.addr as Deno.NetAddr).port;
  readonly #connections: Promise<string>[] = [];
  readonly #accepting: Promise<void>;

  constructor(behind: Behind) {
    this.#accepting = this.#accept(behind);
  }

  async #accept(behind: Behind): Promise<void> {
    for await (const connection of this.#listener) this.#connections.push(carried(connection, behind));
  }

  /** "CLIENT-PORT RECEIVED SENT" of each connection, as its client has it, once all of them have ended. */
  async all(): Promise<string[]> {
    return (await Promise.all(this.#connections)).sort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    await this.#accepting;
    await Promise.allSettled(this.#connections);
  }
}

async function carried(client: Deno.TcpConn, behind: Behind): Promise<string> {
  const { port } = client.remoteAddr, server = await behind();
  const [sent, received] = await Promise.all([
    counted(client.readable, server.writable),
    counted(server.readable, client.writable),
  ]);
  return `${port} ${received} ${sent}`;
}

/** How many bytes there were. A reader that has gone is no failure. */
async function counted(from: ReadableStream<Uint8Array>, to: WritableStream<Uint8Array>): Promise<number> {
  let bytes = 0;
  const count = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      bytes += chunk.length;
      controller.enqueue(chunk);
    },
  });
  await from.pipeThrough(count).pipeTo(to).catch(() => {});
  return bytes;
}
