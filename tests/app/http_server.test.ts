import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { HttpServer, parseRequest } from "../../src/app/http_server.ts";

async function said(port: number, ...parts: string[]): Promise<string> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  for (const part of parts) await connection.write(new TextEncoder().encode(part));
  const text: string[] = [], buffer = new Uint8Array(4096);
  for (let n = await connection.read(buffer); n !== null; n = await connection.read(buffer)) {
    text.push(new TextDecoder().decode(buffer.subarray(0, n)));
  }
  return text.join("");
}

const statusOf = async (port: number, ...parts: string[]) => (await said(port, ...parts)).slice(9, 12);
const ASK = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

const descriptors = () => [...Deno.readDirSync("/proc/self/fd")].length;

Deno.test("HttpServer holds no more than 16 connections, and answers who asks among 100 silent ones", async () => {
  const server = new HttpServer("127.0.0.1", 0, () => ({ status: 200, body: "here\n" })), { port } = server.address;
  const before = descriptors(), silent: Deno.TcpConn[] = [];
  for (let i = 0; i < 100; i++) silent.push(await Deno.connect({ hostname: "127.0.0.1", port }));
  strictEqual(await statusOf(port, ASK), "200");
  // 100 ends are this test's own.
  ok(descriptors() - before - 100 <= 16, `${descriptors() - before - 100}`);
  for (const connection of silent) connection.close();
  await server.close();
});

Deno.test("HttpServer ends who does not ask within ten seconds, however slowly it goes on", async () => {
  const server = new HttpServer("127.0.0.1", 0, () => ({ status: 200, body: "here\n" })), { port } = server.address;
  const connection = await Deno.connect({ hostname: "127.0.0.1", port }), beginMs = performance.now();
  const trickle = setInterval(() => connection.write(new Uint8Array([0x47])).catch(() => {}), 503);
  const end = await connection.read(new Uint8Array(1)).catch((error) => error.name);
  clearInterval(trickle);
  connection.close();
  await server.close();
  const tookMs = performance.now() - beginMs;
  ok(end === null || end === "ConnectionReset", String(end));
  ok(tookMs > 9000 && tookMs < 15000, `${tookMs}`);
});

Deno.test("HttpServer answers what is no request, too long, or makes its answer fail, with a sentence", async () => {
  const answer = ({ path }: { path: string }) => {
    if (path === "/bad") throw new Error("no memory");
    return { status: 200, body: "µ\n" };
  };
  const server = new HttpServer("127.0.0.1", 0, answer), { port } = server.address;
  strictEqual(await statusOf(port, "GET / HTTP/1.1\r", "\nHost: a\r\n\r", "\n"), "200");
  strictEqual(await statusOf(port, "\x16\x03\x01\r\n\r\n"), "400");
  strictEqual(await statusOf(port, `GET / HTTP/1.1\r\nHost: a\r\nx: ${"y".repeat(9000)}`), "431");
  const failed = await said(port, ASK.replace("/", "/bad"));
  ok(failed.endsWith("\r\n\r\nThis request cannot be answered: no memory\n"), failed);
  const head = await said(port, ASK.replace("GET", "HEAD"));
  ok(head.includes("content-length: 3\r\n") && head.endsWith("\r\n\r\n"), head);
  // A body that nobody reads does not take the answer away.
  strictEqual(await statusOf(port, ASK.replace("GET", "POST") + "z".repeat(30011)), "200");
  await server.close();
});

Deno.test("parseRequest() takes a request of one meaning only", () => {
  deepStrictEqual(parseRequest("GET http://b/m?x=1 HTTP/1.1\r\nhOST:a \r\nAccept: t\r"), {
    method: "GET",
    path: "/m",
    hosts: ["a", "b"],
    accept: "t",
  });
  deepStrictEqual(parseRequest("GET / HTTP/1.0\r"), { method: "GET", path: "/", hosts: [], accept: "" });
  const wrong = [
    ...["GET / HTTP/1.1\r", "GET / HTTP/2\r\nHost: a\r", "GET /\r\nHost: a\r", "get / HTTP/1.1\r\nHost: a\r"],
    ...[
      "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r",
      "GET / HTTP/1.1\r\nHost: a\r\n b: c\r",
      "CONNECT a:1 HTTP/1.1\r\nHost: a\r",
    ],
  ];
  for (const head of wrong) strictEqual(parseRequest(head), null, head);
});
