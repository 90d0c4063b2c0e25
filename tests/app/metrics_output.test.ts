import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { isLoopbackName, MetricsOutput } from "../../src/app/metrics_output.ts";

/** The status line of the answer to a Host as it is sent, which fetch() would not send. */
async function statusOf(port: number, host: string): Promise<string> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  await connection.write(
    new TextEncoder().encode(`GET /metrics HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`),
  );
  return (await new Response(connection.readable).text()).slice(9, 12);
}

Deno.test("MetricsOutput answers to loopback names alone on loopback, and to no Host that is none", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 }), { port } = listener.addr;
  listener.close();
  const output = new MetricsOutput("127.0.0.1", port);
  const statuses: [string, string][] = [];
  const hosts = [`127.0.0.1:${port}`, "LocalHost", "[::1]:9435", "evil.example", `evil.example:${port}`, "["];
  for (const host of [...hosts, "127.0.0.1.evil.example", "localhost@evil.example", "999.1.1.1", "localhost:99999"]) {
    statuses.push([host, await statusOf(port, host)]);
  }
  await output.close();
  deepStrictEqual(statuses.map(([, status]) => status), [
    ...["200", "200", "200", "403", "403", "400"],
    ...["403", "400", "400", "400"],
  ]);
});

Deno.test("isLoopbackName() takes no name that only begins like one", () => {
  for (const name of ["localhost", "127.0.0.53", "::1", "[::1]"]) strictEqual(isLoopbackName(name), true);
  for (const name of ["localhost.evil", "127.0.0.1.x", "::11", ""]) strictEqual(isLoopbackName(name), false);
});
