/** VictoriaMetrics, a database that takes OTLP and answers PromQL: Debian trixie's, run beside this Debian. */
import { freePort, until } from "./program.ts";

const DEBIAN = new URL("debian", import.meta.url).pathname;

/** The program; null: the mirror cannot be reached, and it was not fetched before. */
export async function victoriaProgram(): Promise<string | null> {
  const args = ["trixie", "victoria-metrics"];
  const { code, stdout } = await new Deno.Command(DEBIAN, { args, stderr: "inherit" }).output();
  if (code === 75) return null;
  if (code !== 0) throw new Error(`${DEBIAN} ended with ${code}`);
  return `${new TextDecoder().decode(stdout).trim()}/usr/bin/victoria-metrics`;
}

export class VictoriaMetrics implements AsyncDisposable {
  private constructor(
    readonly url: string,
    readonly folder: string,
    readonly child: Deno.ChildProcess,
  ) {}

  static async start(path: string): Promise<VictoriaMetrics> {
    const folder = await Deno.makeTempDir({ prefix: "tcptop-victoria-" }), port = freePort();
    const args = [
      `-storageDataPath=${folder}`,
      `-httpListenAddr=127.0.0.1:${port}`,
      "-opentelemetry.usePrometheusNaming",
      // A query sees what has just come in.
      "-search.latencyOffset=0s",
      "-search.disableCache",
      "-memory.allowedBytes=128MiB",
    ];
    const child = new Deno.Command(path, { args, stdin: "null", stdout: "null", stderr: "null" }).spawn();
    const database = new VictoriaMetrics(`http://127.0.0.1:${port}`, folder, child);
    await until("VictoriaMetrics", async () => (await database.#get("/health"))?.startsWith("OK") === true);
    return database;
  }

  /** The one value that the expression has now; null: none. */
  async value(expression: string): Promise<number | null> {
    await this.#get("/internal/force_flush");
    const text = await this.#get(`/api/v1/query?query=${encodeURIComponent(expression)}`);
    const [first] = JSON.parse(text ?? "{}").data?.result ?? [];
    return first === undefined ? null : Number(first.value[1]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.child.kill("SIGTERM");
    await this.child.status;
    await Deno.remove(this.folder, { recursive: true });
  }

  async #get(path: string): Promise<string | null> {
    const response = await fetch(this.url + path).catch(() => null);
    return response === null ? null : await response.text();
  }
}
