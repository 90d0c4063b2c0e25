/** Receivers in trouble: what is told of a run does not wait for them, and what they do not get is counted to the record. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { Receiver } from "../support/otlp_receiver.ts";
import { execute, type SampleDocument, tcptop } from "../support/tcptop.ts";
import { Pty } from "../support/pty.ts";
import { freePort, Program, until } from "../support/program.ts";

const REPLAY = ["--replay", new URL("../../examples/demo.tcptop", import.meta.url).pathname, "--json"];

interface Told {
  readonly samples: SampleDocument[];
  readonly stderr: string;
}

async function replay(...args: readonly string[]): Promise<Told> {
  const { code, stdout, stderr } = await execute(tcptop([...REPLAY, ...args]));
  strictEqual(code, 0);
  return { samples: stdout.trim().split("\n").map((line) => JSON.parse(line)), stderr };
}

/** Ends that the documents have: a record is due for each. */
function ends(samples: readonly SampleDocument[]): number {
  return samples.flatMap(({ flows }) => flows).filter(({ closed, remote, state }) =>
    closed && remote !== null && state !== "LISTEN"
  ).length;
}

const figures = (samples: readonly SampleDocument[]) => samples.map(({ time, totals, flows }) => [time, totals, flows]);

const lostOf = (stderr: string) => Number(/(\d+) log records? did not arrive/.exec(stderr)?.[1] ?? 0);

/** A listener that does with each connection what `treat` does, and what it is called. */
function listener(treat: (connection: Deno.TcpConn) => Promise<void>) {
  const server = Deno.listen({ hostname: "127.0.0.1", port: 0 }), open: Deno.TcpConn[] = [];
  (async () => {
    for await (const connection of server) {
      open.push(connection);
      treat(connection).catch(() => {});
    }
  })().catch(() => {});
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    [Symbol.dispose]() {
      server.close();
      for (const connection of open) {
        try {
          connection.close();
        } catch { /* it is closed */ }
      }
    },
  };
}

/** A hundred bytes a second. */
async function slowly(connection: Deno.TcpConn): Promise<void> {
  const bytes = new Uint8Array(10);
  while (await connection.read(bytes) !== null) await new Promise((resolve) => setTimeout(resolve, 100));
}

const plain = await replay();
const EXPECTED = ends(plain.samples);

Deno.test("--otlp: a receiver that is gone, busy, resetting or slow costs no sample, and what is lost is counted", async () => {
  await using busy = new Receiver();
  busy.answer = () => new Response("", { status: 503 });
  using resetting = listener((connection) => Promise.resolve(connection.close()));
  using slow = listener(slowly);
  const gone = `http://127.0.0.1:${freePort()}`;
  const reasons: [string, RegExp][] = [
    [gone, /: nothing listens there\n/],
    [busy.url, /: it answers 503\n/],
    [resetting.url, /: (it ends the connection|the connection fails)\n/],
    [slow.url, /\n/],
  ];
  const told = await Promise.all(reasons.map(([url]) => replay("--otlp", url)));
  told.forEach(({ samples, stderr }, i) => {
    deepStrictEqual(figures(samples), figures(plain.samples));
    strictEqual(lostOf(stderr), EXPECTED);
    match(stderr, reasons[i][1]);
  });
});

Deno.test("--otlp: a receiver that comes to its senses gets every record, in order and once", async () => {
  await using receiver = new Receiver();
  let asked = 0;
  receiver.answer = ({ path }) =>
    path !== "/v1/logs" || ++asked > 1
      ? new Response("garbage")
      : new Response("", { status: 429, headers: { "retry-after": "1" } });
  const { samples, stderr } = await replay("--otlp", receiver.url);
  deepStrictEqual(figures(samples), figures(plain.samples));
  deepStrictEqual([stderr, receiver.records.length], ["", EXPECTED]);
  strictEqual(samples.at(-1)!.health.otlp_lost, 0);
});

Deno.test("--otlp: what a receiver refuses, or takes in part, is lost and told", async () => {
  await using refusing = new Receiver(), partial = new Receiver();
  refusing.answer = ({ path }) => new Response("", { status: path === "/v1/logs" ? 404 : 200 });
  partial.answer = ({ path }) =>
    Response.json({ partialSuccess: path === "/v1/logs" ? { rejectedLogRecords: 1 } : {} });
  const [refused, some] = await Promise.all([
    replay("--otlp", refusing.url),
    execute(tcptop([...REPLAY, "--otlp", partial.url]), { OTEL_EXPORTER_OTLP_PROTOCOL: "http/json" }),
  ]);
  strictEqual(lostOf(refused.stderr), EXPECTED);
  match(refused.stderr, /^tcptop: \d+ log records did not arrive at http:\S+\/v1\/logs: it answers 404\n$/);
  strictEqual(lostOf(some.stderr), partial.requests.filter(({ path }) => path === "/v1/logs").length);
  const told = partial.requests.flatMap(({ path, body }) =>
    path === "/v1/logs" ? JSON.parse(new TextDecoder().decode(body)).resourceLogs[0].scopeLogs[0].logRecords : []
  );
  strictEqual(told.length, EXPECTED);
});

Deno.test("--once --otlp ends at once with status 1 where nobody answers, and waits for who is busy", async () => {
  const once = async (url: string) => {
    const beganMs = performance.now();
    const { code, stdout, stderr } = await execute(tcptop(["--once", "-i", "200ms", "--json", "--otlp", url]));
    strictEqual(JSON.parse(stdout).schema, "tcptop.sample/1");
    return { code, stderr, ms: performance.now() - beganMs };
  };
  const gone = `http://127.0.0.1:${freePort()}`;
  using resetting = listener((connection) => Promise.resolve(connection.close()));
  for (
    const [url, why] of [
      [gone, "nothing listens there"],
      [resetting.url, "(it ends the connection|the connection fails)"],
      ["http://nowhere.invalid:4318", "its name leads nowhere"],
      ["http://127.0.0.1:9", "its port is another protocol's, to which nothing is sent by HTTP"],
    ]
  ) {
    const { code, stderr, ms } = await once(url);
    strictEqual(code, 1);
    match(stderr, new RegExp(`^(tcptop: [\\d,]+ [a-z ]+ did not arrive at ${url}/v1/(metrics|logs): ${why}\n)+$`));
    ok(ms < 4800, `${ms} ms`);
  }
  await using busy = new Receiver();
  let asked = 0;
  busy.answer = () => new Response("", { status: ++asked > 1 ? 200 : 503 });
  const { code, stderr } = await once(busy.url);
  deepStrictEqual([code, stderr], [0, ""]);
  ok(busy.requests.length > 0);
});

Deno.test("--otlp that ends while it waits for the next attempt makes it before it goes", async () => {
  await using receiver = new Receiver();
  const line = ["--otlp", receiver.url, "--otlp-logs", "off", "-i", "100ms"];
  let asked = 0;
  receiver.answer = () => new Response("", { status: ++asked > 5 ? 200 : 503 });
  await using program = new Program(line, 'OTEL_METRIC_EXPORT_INTERVAL=100 exec "$@"');
  // The pause is of 8 s at least by then.
  await until("five attempts", () => asked >= 5, 30);
  await program.signal("SIGTERM");
  deepStrictEqual(await program.ended(), { code: 0, stdout: "", stderr: "" });
  ok(receiver.points.length > 0);
});

Deno.test("--otlp that waits for a receiver at the end says so on a terminal, and a further ^C ends that", async () => {
  const line = tcptop(["--json", "-i", "200ms", "-f", "port:1", "--otlp", `http://127.0.0.1:${freePort()}`]);
  await using pty = await Pty.start(100, 24, line);
  await pty.until("tcptop.sample/1");
  const beganMs = performance.now();
  Deno.kill(pty.pid, "SIGINT");
  await pty.until("is sent for up to 5 s; ^C ends that");
  Deno.kill(pty.pid, "SIGINT");
  await pty.until("did not arrive at");
  ok(performance.now() - beganMs < 4800);
});
