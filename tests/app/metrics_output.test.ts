import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { MetricsOutput } from "../../src/app/metrics_output.ts";

const request = (host: string, target = "/metrics") => `GET ${target} HTTP/1.1\r\nHost: ${host}\r\n\r\n`;

/** The status of the answer to a request as it is sent, which fetch() would not send. */
async function statusOf(port: number, text: string, hostname = "127.0.0.1"): Promise<string> {
  using connection = await Deno.connect({ hostname, port });
  await connection.write(new TextEncoder().encode(text));
  const answer = new Uint8Array(64);
  await connection.read(answer);
  return new TextDecoder().decode(answer).slice(9, 12);
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

async function statuses(hostname: string, names: readonly string[], requests: readonly string[], to?: string) {
  const port = freePort(), output = new MetricsOutput(hostname, port, names), found: string[] = [];
  for (const text of requests) found.push(await statusOf(port, text, to));
  await output.close();
  return found;
}

Deno.test("MetricsOutput says why it cannot listen there", () => {
  const refusal = (hostname: string) => {
    try {
      new MetricsOutput(hostname, 9435);
    } catch (error) {
      return (error as Error).message;
    }
    return null;
  };
  const cannot = (hostname: string, why: string) => `Cannot listen on ${hostname} port 9435: ${why}`;
  strictEqual(refusal("192.0.2.1"), cannot("192.0.2.1", "it is no address of this machine"));
  for (const name of ["nosuch.invalid", "*"]) strictEqual(refusal(name), cannot(name, "no address is found for it"));
});

Deno.test("MetricsOutput answers to loopback names alone on loopback, and to no Host that is none", async () => {
  const good = ["127.0.0.1:1", "LocalHost", "[::1]:9435", "localhost.", "[0:0::1]", "127.1"];
  const others = [
    "evil.example",
    "evil.example:1",
    "127.0.0.1.evil.example",
    "10.0.0.1",
    "xlocalhost",
    "localhost.evil.",
  ];
  const none = ["[", "localhost@evil.example", "999.1.1.1", "localhost:99999", "", "a b"];
  const hosts = [...good, ...others, ...none].map((host) => request(host));
  const expected = [...good.map(() => "200"), ...others.map(() => "403"), ...none.map(() => "400")];
  deepStrictEqual(await statuses("127.0.0.1", [], hosts), expected);
});

Deno.test("MetricsOutput goes by the address that a name leads to, and by every authority of a request", async () => {
  deepStrictEqual(await statuses("localhost", [], [request("evil.example"), request("localhost")]), ["403", "200"]);
  deepStrictEqual(await statuses("::ffff:127.0.0.1", [], [request("evil.example")]), ["403"]);
  const targets = [
    request("localhost", "http://evil.example/metrics"),
    request("evil.example", "http://localhost/metrics"),
  ];
  deepStrictEqual(await statuses("127.0.0.1", [], targets), ["403", "403"]);
});

Deno.test("MetricsOutput answers to the names that are allowed, and elsewhere than on loopback to any unless one is", async () => {
  const asked = ["Proxy.Example:443", "proxy.example.", "evil.example", "localhost"].map((host) => request(host));
  deepStrictEqual(await statuses("127.0.0.1", ["proxy.example"], asked), ["200", "200", "403", "200"]);
  deepStrictEqual(await statuses("0.0.0.0", ["proxy.example"], asked), ["200", "200", "403", "200"]);
  deepStrictEqual(await statuses("0.0.0.0", [], asked), ["200", "200", "200", "200"]);
});

Deno.test("MetricsOutput has one page", async () => {
  const asked = [
    request("localhost", "/"),
    request("localhost").replace("GET", "POST"),
    request("localhost", "/metrics?a"),
  ];
  strictEqual((await statuses("127.0.0.1", [], asked)).join(), "404,405,200");
});
