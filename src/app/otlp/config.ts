/** Where to send, and how: from --otlp and the variables that every exporter of OpenTelemetry reads. */
import { ExitStatus, TcptopError } from "../../errors.ts";
import type { OtlpOptions } from "../../options.ts";
import type { Attributes } from "../../output/otlp/attribute_set.ts";
import type { Encoding, Signal } from "../../output/otlp/encode.ts";
import { choice, firstOf, milliseconds, pairs, refuse, type Variable } from "./variables.ts";

const USUAL_ENDPOINT = "http://localhost:4318";
const USUAL_TIMEOUT_MS = 10_000;
const USUAL_INTERVAL_MS = 60_000;

/** Of one signal. */
export interface Target {
  readonly url: string;
  readonly encoding: Encoding;
  readonly gzip: boolean;
  readonly timeoutMs: number;
  readonly headers: readonly [name: string, value: string][];
  /** PEM: further authorities to trust, and who we are; null: none. */
  readonly certificate: string | null;
  readonly client: { readonly certificate: string; readonly key: string } | null;
}

export interface OtlpConfig {
  readonly metrics: Target;
  /** null: none are sent. */
  readonly logs: Target | null;
  readonly intervalMs: number;
  readonly delta: boolean;
  readonly explicit: boolean;
  /** The user's own attributes of the resource. */
  readonly resource: Attributes;
}

/** `read` gives the text of a file, or throws a sentence. Throws a TcptopError. */
export function otlpConfig(
  { url, logs }: OtlpOptions,
  variable: Variable,
  read: (path: string) => string,
): OtlpConfig {
  const target = (signal: Signal) => targetOf(signal, url, variable, read);
  const one = (name: string) => firstOf(variable, [name]);
  const temporality = one("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE");
  const histogram = one("OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION");
  const name = one("OTEL_SERVICE_NAME");
  return {
    metrics: target("metrics"),
    logs: logs ? target("logs") : null,
    intervalMs: milliseconds(one("OTEL_METRIC_EXPORT_INTERVAL"), USUAL_INTERVAL_MS, 100),
    delta: choice(temporality, ["cumulative", "delta", "lowmemory"]) !== "cumulative",
    explicit: choice(histogram, ["base2_exponential_bucket_histogram", "explicit_bucket_histogram"]) ===
      "explicit_bucket_histogram",
    resource: {
      ...Object.fromEntries(pairs(one("OTEL_RESOURCE_ATTRIBUTES"))),
      ...name === null ? {} : { "service.name": name.value },
    },
  };
}

function targetOf(signal: Signal, given: string | null, variable: Variable, read: (path: string) => string): Target {
  const names = (what: string) => [
    `OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_${what}`,
    `OTEL_EXPORTER_OTLP_${what}`,
  ];
  const found = (what: string) => firstOf(variable, names(what));
  const file = (what: string) => {
    const path = found(what);
    return path === null ? null : read(path.value);
  };
  const protocol = found("PROTOCOL");
  if (protocol?.value === "grpc") {
    throw refuse(
      protocol.name,
      "http/protobuf or http/json: receivers of gRPC, port 4317, as a rule take HTTP at 4318",
      "grpc",
    );
  }
  const certificate = file("CLIENT_CERTIFICATE"), key = file("CLIENT_KEY");
  if ((certificate === null) !== (key === null)) {
    throw new TcptopError(
      "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE and OTEL_EXPORTER_OTLP_CLIENT_KEY belong together: one of them is missing",
      ExitStatus.usage,
    );
  }
  return {
    url: urlOf(signal, given, variable, names("ENDPOINT")),
    encoding: choice(protocol, ["http/protobuf", "http/json"]) === "http/json" ? "json" : "protobuf",
    gzip: choice(found("COMPRESSION"), ["none", "gzip"]) === "gzip",
    timeoutMs: milliseconds(found("TIMEOUT"), USUAL_TIMEOUT_MS, 1),
    headers: headersOf(found("HEADERS")),
    certificate: file("CERTIFICATE"),
    client: certificate === null || key === null ? null : { certificate, key },
  };
}

/** A signal's own variable is the whole URL, all others are where the paths of signals begin. */
function urlOf(signal: Signal, given: string | null, variable: Variable, [own, all]: readonly string[]): string {
  const whole = given === null ? firstOf(variable, [own]) : null;
  if (whole !== null) return checked(whole.name, whole.value).href;
  const base = given === null ? firstOf(variable, [all]) : { name: "--otlp", value: given };
  const url = checked(base?.name ?? all, base?.value ?? USUAL_ENDPOINT);
  url.pathname = `${url.pathname.replace(/\/$/, "")}/v1/${signal}`;
  return url.href;
}

function checked(name: string, value: string): URL {
  const url = /^https?:\/\//i.test(value) && URL.canParse(value) ? new URL(value) : null;
  if (url === null) throw refuse(name, "a URL such as http://localhost:4318 or https://otel.example.org", value);
  url.hash = "";
  return url;
}

function headersOf(found: { name: string; value: string } | null): [string, string][] {
  const headers = pairs(found);
  try {
    new Headers(headers);
  } catch {
    throw new TcptopError(`${found!.name} has a name or value that no HTTP header can have`, ExitStatus.usage);
  }
  return headers;
}
