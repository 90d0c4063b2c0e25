/** An OpenTelemetry Collector of its released modules: TCPTOP_COLLECTOR, or the one that scripts/collector builds. */
import { freePort, until } from "./program.ts";
import { execute } from "./tcptop.ts";

const BUILDER = new URL("../../scripts/collector", import.meta.url).pathname;
/** scripts/collector's own. */
const CANNOT = 75;

/** The program, or why it cannot be had. Nothing is fetched for it. */
export async function collectorProgram(): Promise<{ readonly path: string } | { readonly why: string }> {
  const given = Deno.env.get("TCPTOP_COLLECTOR");
  if (given) return { path: given };
  const { code, stdout, stderr } = await new Deno.Command(BUILDER, { args: ["--cached"] }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
  if (code === CANNOT) return { why: text(stderr).split("\n").at(-1)! };
  if (code !== 0) throw new Error(`${BUILDER} ended with ${code}: ${text(stderr)}`);
  return { path: text(stdout) };
}

/** What it has written, as OTLP's JSON. */
// deno-lint-ignore no-explicit-any
export type Written = Record<string, any>;

export class Collector implements AsyncDisposable {
  private constructor(
    readonly url: string,
    readonly prometheusUrl: string,
    readonly folder: string,
    readonly child: Deno.ChildProcess,
  ) {}

  static async start(path: string): Promise<Collector> {
    const folder = await Deno.makeTempDir({ prefix: "tcptop-collector-" }), port = freePort(), metrics = freePort();
    const config = {
      receivers: { otlp: { protocols: { http: { endpoint: `127.0.0.1:${port}` } } } },
      exporters: {
        file: { path: `${folder}/written` },
        prometheus: { endpoint: `127.0.0.1:${metrics}`, resource_to_telemetry_conversion: { enabled: true } },
      },
      service: {
        telemetry: { metrics: { level: "none" } },
        pipelines: {
          metrics: { receivers: ["otlp"], exporters: ["file", "prometheus"] },
          logs: { receivers: ["otlp"], exporters: ["file"] },
        },
      },
    };
    // JSON is YAML.
    await Deno.writeTextFile(`${folder}/config.yaml`, JSON.stringify(config));
    const args = ["--config", `${folder}/config.yaml`];
    const child = new Deno.Command(path, { args, stdin: "null", stdout: "null", stderr: "null" }).spawn();
    const collector = new Collector(`http://127.0.0.1:${port}`, `http://127.0.0.1:${metrics}/metrics`, folder, child);
    await until("the Collector", async () => await collector.metrics() !== null);
    return collector;
  }

  /** Its own text for Prometheus; null: it does not answer yet. */
  async metrics(): Promise<string | null> {
    const response = await fetch(this.prometheusUrl).catch(() => null);
    return response === null ? null : await response.text();
  }

  /** It ends, so everything is in its file. */
  async written(): Promise<Written[]> {
    this.child.kill("SIGTERM");
    await this.child.status;
    const text = await Deno.readTextFile(`${this.folder}/written`);
    return text.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.child.kill("SIGKILL");
    } catch { /* it has ended */ }
    await this.child.status;
    await Deno.remove(this.folder, { recursive: true });
  }
}

/** Whether the Collector takes the file as its configuration: what it says of it, empty if it does. */
export async function objections(path: string, config: string): Promise<string> {
  const { code, stderr } = await execute([path, "validate", "--config", config]);
  return code === 0 ? "" : stderr;
}
