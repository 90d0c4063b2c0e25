/** What a receiver of OpenTelemetry is sent, over HTTP, by the program with the rights it drops to. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { attributesOf, type Decoded } from "../support/otlp_decode.ts";
import { Receiver } from "../support/otlp_receiver.ts";
import { Program, until } from "../support/program.ts";
import { execute, tcptop } from "../support/tcptop.ts";
import { Workload } from "../support/workload.ts";

const COUNT = 101, BYTES = 1009;
/** Other workloads may run on the machine. */
const EXE = `wl${Deno.pid}`;
const FAST = "OTEL_METRIC_EXPORT_INTERVAL=300";

const ofWorkload = (records: readonly Decoded[], name: string) =>
  records.map((record) => ({ ...record, attributes: attributesOf(record) } as Decoded)).filter(({ attributes }) =>
    attributes["tcptop.process.name"] === name
  );

const sumOf = (records: readonly Decoded[], name: string) =>
  records.reduce((sum, { attributes }) => sum + attributes[name], 0);

Deno.test("--otlp sends each ended connection once, and sums that are the workload's to the byte", async () => {
  await using receiver = new Receiver();
  await using program = new Program(
    ["--otlp", receiver.url, "-i", "200ms", "--filter", `exe=${EXE}`],
    `${FAST} exec "$@"`,
  );
  await until("the first metrics", () => receiver.points.length > 0);
  await using workload = await Workload.startNamed(EXE, "short", "--count", COUNT, "--bytes", BYTES);
  const { client } = await workload.until("done");
  await until("the records", () => ofWorkload(receiver.records, "wl-client").length >= COUNT);
  await program.signal("SIGTERM");
  deepStrictEqual(await program.ended(), { code: 0, stdout: "", stderr: "" });

  const ends = ofWorkload(receiver.records, "wl-client");
  strictEqual(ends.length, COUNT);
  strictEqual(new Set(ends.map(({ attributes }) => attributes["tcptop.flow.id"])).size, COUNT);
  strictEqual(sumOf(ends, "tcptop.tx_bytes"), client.sent);
  strictEqual(sumOf(ends, "tcptop.rx_bytes"), client.read);
  for (const [direction, bytes] of [["transmit", client.sent], ["receive", client.read]]) {
    const wanted = { "tcptop.process.name": "wl-client", "network.io.direction": direction };
    strictEqual(receiver.sum("process.network.io", wanted), bytes);
    strictEqual(receiver.sum("obi.stat.tcp.io", wanted), bytes);
  }
  const ended = receiver.sum("tcptop.connection.ended", { "tcptop.process.name": "wl-client" });
  deepStrictEqual([ended, receiver.sum("obi.stat.tcp.failed.connections")], [COUNT, 0]);
  const handshakes = { "tcptop.process.name": "wl-client", "network.tcp.handshake.role": "client" };
  strictEqual(receiver.sum("tcptop.tcp.handshake.duration", handshakes), COUNT);
  strictEqual(receiver.sum("tcptop.otlp.lost"), 0);
  ok(receiver.sum("system.network.connection.count", { "network.connection.state": "listen" }) > 0);
  const [{ attributes, event, time, observed }] = ends;
  strictEqual(event, "tcptop.connection.closed");
  ok(time > 1.5e18 && time <= observed);
  match(attributes["network.community_id"], /^1:[\w+/]{27}=$/);
  deepStrictEqual(
    [attributes["client.port"], attributes["server.port"], attributes["network.transport"]],
    [attributes["network.local.port"], attributes["network.peer.port"], "tcp"],
  );
});

Deno.test("run --otlp has a summary and a report too", async () => {
  await using receiver = new Receiver();
  const folder = await Deno.makeTempDir();
  try {
    const files = ["--summary", `${folder}/summary.md`, "--report", `${folder}/report.html`];
    const { code } = await execute(
      tcptop(["run", "--otlp", receiver.url, ...files, "--", "true"]),
    );
    strictEqual(code, 0);
    match(await Deno.readTextFile(`${folder}/summary.md`), /^## `true` ended with status 0 after /);
    match(await Deno.readTextFile(`${folder}/report.html`), /^\s*<!doctype html>/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** A certificate for localhost, of its own authority. */
async function certificate(folder: string): Promise<{ cert: string; key: string }> {
  const name = [
    "-subj",
    "/CN=tcptop test",
    "-addext",
    "subjectAltName=DNS:localhost",
    "-addext",
    "basicConstraints=critical,CA:FALSE",
  ];
  const made = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"];
  const files = ["-keyout", `${folder}/key.pem`, "-out", `${folder}/cert.pem`];
  const { code, stderr } = await execute(["openssl", "req", ...made, ...files, ...name]);
  if (code !== 0) throw new Error(stderr);
  return {
    cert: await Deno.readTextFile(`${folder}/cert.pem`),
    key: await Deno.readTextFile(`${folder}/key.pem`),
  };
}

Deno.test("--otlp goes by TLS to a name, with the authority and the headers of the environment alone", async () => {
  const folder = await Deno.makeTempDir({ prefix: "tcptop-tls-" });
  try {
    await using receiver = new Receiver(await certificate(folder));
    const variables = {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_EXPORTER_OTLP_CERTIFICATE: `${folder}/cert.pem`,
      OTEL_EXPORTER_OTLP_HEADERS: "authorization=Bearer%20a%3Db",
    };
    // For root alone: it is read before root is given up.
    await Deno.chmod(folder, 0o700);
    const args = ["--otlp", "--count", 1, "-i", "200ms"];
    deepStrictEqual(await ended(execute(tcptop(args), variables)), { code: 0, stdout: "", stderr: "" });
    strictEqual(receiver.requests.at(-1)!.headers.get("authorization"), "Bearer a=b");
    ok(receiver.points.length > 0);
    const without = { ...variables, OTEL_EXPORTER_OTLP_CERTIFICATE: "" };
    match(
      (await ended(execute(tcptop(args), without))).stderr,
      /: TLS fails: its certificate is of an authority that is not known/,
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

const ended = async (run: ReturnType<typeof execute>) => {
  const { code, stdout, stderr } = await run;
  return { code, stdout, stderr };
};
