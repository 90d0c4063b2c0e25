/** The metrics as a real Prometheus has them. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import dashboard from "../../examples/fleet/dashboard.json" with { type: "json" };
import { freePort, Program, until } from "../support/program.ts";
import { execute, Running, tcptop } from "../support/tcptop.ts";
import { Workload } from "../support/workload.ts";

/** Of the dashboard in examples/fleet, as Grafana asks them. */
const EXPRESSIONS = dashboard.panels.flatMap(({ targets }) =>
  targets.map(({ expr }) => expr.replaceAll("$instance", ".*").replaceAll("$__rate_interval", "1m"))
);

const get = async (url: string, accept: string) => {
  const response = await fetch(url, { headers: { accept } }).catch(() => null);
  return response === null ? null : { type: response.headers.get("content-type"), text: await response.text() };
};

Deno.test("--metrics passes promtool, and Prometheus has what the workload moved", async () => {
  const folder = await Deno.makeTempDir({ prefix: "tcptop" }), port = freePort(), own = freePort();
  await using program = new Program(["--metrics", `:${port}`, "-i", "200ms"]);
  const url = `http://127.0.0.1:${port}/metrics`;
  await until("a sample", async () => /^tcptop_samples_total [1-9]/m.test((await get(url, "text/plain"))?.text ?? ""));
  const config = `scrape_configs:
  - job_name: tcptop
    scrape_interval: 1s
    static_configs: [{ targets: ["127.0.0.1:${port}"] }]
`;
  await Deno.writeTextFile(`${folder}/prometheus.yml`, config);
  const files = [`--config.file=${folder}/prometheus.yml`, `--storage.tsdb.path=${folder}/data`];
  const args = [...files, `--web.listen-address=127.0.0.1:${own}`];
  const prometheus = new Deno.Command("prometheus", { args, stdout: "null", stderr: "null" }).spawn();
  try {
    await using workload = await Workload.start("short", "--count", 23, "--bytes", 1009);
    const { client } = await workload.until("done");
    const answer = async (expression: string) => {
      const path = `api/v1/query?query=${encodeURIComponent(expression)}`;
      const text = (await get(`http://127.0.0.1:${own}/${path}`, "*/*"))?.text;
      return text?.startsWith("{") ? JSON.parse(text) : null;
    };
    const query = async (metric: string) => (await answer(metric))?.data?.result?.[0]?.value?.[1] ?? null;
    const sent = 'tcptop_process_transmit_bytes_total{process="wl-client"}';
    // Other traffic of that name may be on the machine: it can only add.
    await until("Prometheus to have scraped it", async () => Number(await query(sent)) >= client.sent);
    strictEqual(await query('up{job="tcptop"}'), "1");
    ok(Number(await query('tcptop_process_closed_total{process="wl-client"}')) >= 23);
    await until("rates of what there was", async () => {
      const answers = await Promise.all(EXPRESSIONS.map(async (expression) => await answer(expression)));
      strictEqual(answers.find(({ status }) => status !== "success"), undefined);
      // Something ended and was sent; nothing need have failed, been sent again or dropped.
      return answers.filter(({ data }) => data.result.length > 0).length >= 5;
    });
  } finally {
    prometheus.kill("SIGTERM");
    await prometheus.status;
    await Deno.remove(folder, { recursive: true });
  }
  const plain = (await get(url, "text/plain"))!, open = (await get(url, "application/openmetrics-text"))!;
  strictEqual(plain.type, "text/plain; version=0.0.4; charset=utf-8");
  strictEqual(open.type, "application/openmetrics-text; version=1.0.0; charset=utf-8");
  ok(open.text.endsWith("# EOF\n"));
  const path = await Deno.makeTempFile();
  await Deno.writeTextFile(path, plain.text);
  const checked = await execute(["sh", "-c", `promtool check metrics < ${path} 2>&1`]);
  // What it would call otherwise is the name of OpenTelemetry's conventions.
  deepStrictEqual(checked.stdout.replace(/^system_network_connection_count [^\n]*"_count" suffix\n/, ""), "");
  await Deno.remove(path);
  await program.signal("SIGTERM");
  deepStrictEqual(await program.ended(), { code: 0, stdout: "", stderr: "" });
});

Deno.test("--metrics says when its port is taken, and leaves no file behind", async () => {
  const folder = await Deno.makeTempDir({ prefix: "tcptop" });
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  await using program = new Program([
    ...["--metrics", `127.0.0.1:${listener.addr.port}`, "--csv", `${folder}/a.csv`, "--record", `${folder}/a.tcptop`],
  ]);
  const { code, stderr } = await program.ended();
  deepStrictEqual([code, stderr], [
    1,
    `tcptop: Cannot listen on 127.0.0.1 port ${listener.addr.port}: something else does\n`,
  ]);
  deepStrictEqual([...Deno.readDirSync(folder)], []);
  await Deno.remove(folder);
});

Deno.test("--metrics answers, and samples go on, while silent connections want more descriptors than there are", async () => {
  const port = freePort(), silent: Deno.TcpConn[] = [];
  const line = tcptop(["--json", "--metrics", `:${port}`, "-i", "200ms", "-f", `port:${port}`]);
  const few = (limit: number) => Running.of(["bash", "-c", `ulimit -n ${limit}; exec "$@"`, "bash", ...line]);
  const enough = await few(1024), held = [...Deno.readDirSync(`/proc/${enough.pid}/fd`)].length;
  await enough.stop();
  await using running = await few(held + 8);
  try {
    for (let i = 0; i < 100; i++) silent.push(await Deno.connect({ hostname: "127.0.0.1", port }));
    await until("an answer", async () => (await get(`http://127.0.0.1:${port}/metrics`, "text/plain"))?.type != null);
    await running.fresh();
    strictEqual(await running.stop(), 0);
  } finally {
    for (const connection of silent) connection.close();
  }
});
