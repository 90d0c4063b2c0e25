import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { otlpConfig } from "../../../src/app/otlp/config.ts";
import { ExitStatus, TcptopError } from "../../../src/errors.ts";

const config = (variables: Record<string, string>, url: string | null = null, logs = true) =>
  otlpConfig({ url, logs }, (name) => variables[name], (path) => `text of ${path}`);

Deno.test("otlpConfig() sends to this machine unless told otherwise", () => {
  const { metrics, logs, intervalMs, delta, explicit, resource } = config({});
  strictEqual(metrics.url, "http://localhost:4318/v1/metrics");
  strictEqual(logs!.url, "http://localhost:4318/v1/logs");
  deepStrictEqual([metrics.encoding, metrics.gzip, metrics.timeoutMs, metrics.headers], [
    "protobuf",
    false,
    10_000,
    [],
  ]);
  deepStrictEqual([intervalMs, delta, explicit, resource], [60_000, false, false, {}]);
});

Deno.test("otlpConfig() goes by the command line, then by the variable of the signal, then by that of all", () => {
  const variables = {
    OTEL_EXPORTER_OTLP_ENDPOINT: "https://all.example/otlp/",
    OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: "http://prometheus:9090/api/v1/otlp/v1/metrics",
    OTEL_EXPORTER_OTLP_LOGS_TIMEOUT: "503",
    OTEL_EXPORTER_OTLP_TIMEOUT: "1009",
    OTEL_EXPORTER_OTLP_HEADERS: "authorization=Basic%20abc%3D, x-scope = one",
    OTEL_EXPORTER_OTLP_COMPRESSION: "gzip",
    OTEL_EXPORTER_OTLP_LOGS_PROTOCOL: "http/json",
    OTEL_EXPORTER_OTLP_CERTIFICATE: "/ca.pem",
  };
  const { metrics, logs } = config(variables);
  strictEqual(metrics.url, "http://prometheus:9090/api/v1/otlp/v1/metrics");
  strictEqual(logs!.url, "https://all.example/otlp/v1/logs");
  deepStrictEqual([metrics.timeoutMs, logs!.timeoutMs], [1009, 503]);
  deepStrictEqual([metrics.encoding, logs!.encoding, metrics.gzip], ["protobuf", "json", true]);
  deepStrictEqual(logs!.headers, [["authorization", "Basic abc="], ["x-scope", "one"]]);
  strictEqual(metrics.certificate, "text of /ca.pem");
  strictEqual(config(variables, "http://h:1/p", false).metrics.url, "http://h:1/p/v1/metrics");
  strictEqual(config(variables, null, false).logs, null);
});

Deno.test("otlpConfig() knows what the metrics are to be like, and whose they are", () => {
  const { intervalMs, delta, explicit, resource } = config({
    OTEL_METRIC_EXPORT_INTERVAL: "1000",
    OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: "Delta",
    OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION: "explicit_bucket_histogram",
    OTEL_RESOURCE_ATTRIBUTES: "service.name=a,deployment.environment.name=pro%20d",
    OTEL_SERVICE_NAME: "b",
  });
  deepStrictEqual([intervalMs, delta, explicit], [1000, true, true]);
  deepStrictEqual(resource, { "service.name": "b", "deployment.environment.name": "pro d" });
});

Deno.test("otlpConfig() has a sentence for each thing that cannot be, which tells no secret", () => {
  const wrong: [Record<string, string>, string | null, string][] = [
    [
      {},
      "localhost:4318",
      "--otlp takes a URL such as http://localhost:4318 or https://otel.example.org, not 'localhost:4318'",
    ],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: "ftp://x" }, null, "OTEL_EXPORTER_OTLP_ENDPOINT takes a URL such as"],
    [{ OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" }, null, "OTEL_EXPORTER_OTLP_PROTOCOL takes http/protobuf or http/json"],
    [{ OTEL_EXPORTER_OTLP_COMPRESSION: "zstd" }, null, "OTEL_EXPORTER_OTLP_COMPRESSION takes none or gzip, not 'zstd'"],
    [
      { OTEL_METRIC_EXPORT_INTERVAL: "1s" },
      null,
      "OTEL_METRIC_EXPORT_INTERVAL takes whole milliseconds from 100 up, not '1s'",
    ],
    [{ OTEL_EXPORTER_OTLP_HEADERS: "secret" }, null, "OTEL_EXPORTER_OTLP_HEADERS takes key=value pairs"],
    [
      { OTEL_EXPORTER_OTLP_HEADERS: "a=x%0Asecret" },
      null,
      "OTEL_EXPORTER_OTLP_HEADERS has a name or value that no HTTP header",
    ],
    [
      { OTEL_EXPORTER_OTLP_CLIENT_KEY: "k" },
      null,
      "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE and OTEL_EXPORTER_OTLP_CLIENT_KEY belong",
    ],
  ];
  for (const [variables, url, begins] of wrong) {
    throws(() => config(variables, url), (error) => {
      if (!(error instanceof TcptopError)) return false;
      strictEqual(error.status, ExitStatus.usage);
      strictEqual(error.message.slice(0, begins.length), begins);
      return !error.message.includes("secret");
    });
  }
});
