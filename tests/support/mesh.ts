/**
 * Connections between hosts, of which each end is known: deno run -A mesh.ts OWN COUNT OTHER...
 * Listens on OWN, and with the first line of standard input opens COUNT connections to each OTHER; the K-th sends 1001 + 2K bytes, and gets 307. Prints
 * a line of JSON for all of them, [own port, other address, bytes]. The second line closes them.
 */
const PORT = 7000, ANSWER = 307;
const [own, count, ...others] = Deno.args;

async function serve(): Promise<void> {
  for await (const connection of Deno.listen({ hostname: own, port: PORT })) answer(connection);
}

async function answer(connection: Deno.Conn): Promise<void> {
  const buffer = new Uint8Array(4096);
  let told = false;
  while (await connection.read(buffer).catch(() => null) !== null) {
    if (!told) await connection.write(new Uint8Array(ANSWER));
    told = true;
  }
  connection.close();
}

async function open(other: string, bytes: number): Promise<Deno.Conn> {
  const connection = await Deno.connect({ hostname: other, port: PORT });
  for (let at = 0; at < bytes;) at += await connection.write(new Uint8Array(bytes - at));
  for (let at = 0; at < ANSWER;) at += await connection.read(new Uint8Array(ANSWER)) ?? ANSWER;
  return connection;
}

serve();
console.log("[]");
const lines = Deno.stdin.readable.getReader();
await lines.read();
const connections: Deno.Conn[] = [], told: [number, string, number][] = [];
for (const other of others) {
  for (let k = 0; k < Number(count); k++) {
    const bytes = 1001 + 2 * k, connection = await open(other, bytes);
    connections.push(connection);
    told.push([(connection.localAddr as Deno.NetAddr).port, other, bytes]);
  }
}
console.log(JSON.stringify(told));
await lines.read();
for (const connection of connections) connection.close();
console.log("[]");
await lines.read();
Deno.exit();
