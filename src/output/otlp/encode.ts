/** Our metrics and logs as the bytes of OTLP, by the serialisers of OpenTelemetry. The one place that knows their classes. */
import {
  JsonLogsSerializer,
  JsonMetricsSerializer,
  ProtobufLogsSerializer,
  ProtobufMetricsSerializer,
} from "@opentelemetry/otlp-transformer";
import { AggregationTemporality, DataPointType } from "@opentelemetry/sdk-metrics";
import { VERSION } from "../../version.ts";
import type { Attributes } from "./attribute_set.ts";
import type { Distribution, Metric, Point } from "./instrument.ts";
import type { LogRecord } from "./log_records.ts";

export type Encoding = "protobuf" | "json";
export type Signal = "metrics" | "logs";

type ResourceMetrics = Parameters<typeof ProtobufMetricsSerializer.serializeRequest>[0];
type ReadableLogRecords = Parameters<typeof ProtobufLogsSerializer.serializeRequest>[0];
type HrTime = [seconds: number, nanoseconds: number];

export const SCOPE = { name: "tcptop", version: VERSION };
/** ValueType of the API, which is no dependency of ours. */
const INT = 0, DOUBLE = 1;

/** `timeMs`: the time of all points. */
export function encodeMetrics(
  metrics: readonly Metric[],
  resource: Attributes,
  timeMs: number,
  delta: boolean,
  encoding: Encoding,
): Uint8Array<ArrayBuffer> {
  const endTime = hrTime(timeMs);
  const request = {
    resource: resourceOf(resource),
    scopeMetrics: [{ scope: SCOPE, metrics: metrics.map((metric) => metricData(metric, endTime, delta)) }],
  };
  const { serializeRequest } = encoding === "json" ? JsonMetricsSerializer : ProtobufMetricsSerializer;
  return bytesOf(serializeRequest(request as unknown as ResourceMetrics));
}

/** As protobuf it is what LogRequest, which takes a seventh of the time, is held to by its test. */
export function encodeLogs(
  records: readonly LogRecord[],
  resource: Attributes,
  encoding: Encoding,
): Uint8Array<ArrayBuffer> {
  const common = { resource: resourceOf(resource), instrumentationScope: SCOPE, droppedAttributesCount: 0 };
  const readable = records.map(({ timeMs, observedMs, event, severity, body, attributes }) => ({
    ...common,
    hrTime: hrTime(timeMs),
    hrTimeObserved: hrTime(observedMs),
    eventName: event,
    severityNumber: severity.number,
    severityText: severity.text,
    body,
    attributes,
  }));
  const { serializeRequest } = encoding === "json" ? JsonLogsSerializer : ProtobufLogsSerializer;
  return bytesOf(serializeRequest(readable as unknown as ReadableLogRecords));
}

/** How many points or records the receiver did not take, and why, as its answer says. Throws on what is no such answer. */
export function refusedBy(answer: Uint8Array, signal: Signal, encoding: Encoding): { count: number; why: string } {
  if (signal === "metrics") {
    const { deserializeResponse } = encoding === "json" ? JsonMetricsSerializer : ProtobufMetricsSerializer;
    const { partialSuccess } = deserializeResponse(answer);
    return { count: Number(partialSuccess?.rejectedDataPoints ?? 0), why: partialSuccess?.errorMessage ?? "" };
  }
  const { deserializeResponse } = encoding === "json" ? JsonLogsSerializer : ProtobufLogsSerializer;
  const { partialSuccess } = deserializeResponse(answer);
  return { count: Number(partialSuccess?.rejectedLogRecords ?? 0), why: partialSuccess?.errorMessage ?? "" };
}

function metricData({ name, unit, description, kind, points }: Metric, endTime: HrTime, delta: boolean): object {
  const temporality = delta && kind !== "updown" ? AggregationTemporality.DELTA : AggregationTemporality.CUMULATIVE;
  const [first] = points, isHistogram = kind === "histogram";
  return {
    descriptor: { name, unit, description, valueType: isHistogram ? DOUBLE : INT },
    aggregationTemporality: temporality,
    dataPointType: !isHistogram
      ? DataPointType.SUM
      : (first.value as Distribution).explicit === null
      ? DataPointType.EXPONENTIAL_HISTOGRAM
      : DataPointType.HISTOGRAM,
    isMonotonic: kind === "counter",
    dataPoints: points.map(({ attributes, startMs, value }) => ({
      attributes,
      startTime: hrTime(startMs),
      endTime,
      value: pointValue(value),
    })),
  };
}

function pointValue(value: Point["value"]): unknown {
  if (typeof value === "number") return value;
  const { count, sum, min, max, explicit, exponential } = value;
  if (explicit !== null) {
    return { count, sum, min, max, buckets: { boundaries: explicit.bounds, counts: explicit.counts } };
  }
  const { scale, offset, counts } = exponential!;
  return {
    count,
    sum,
    min,
    max,
    scale,
    zeroCount: 0,
    positive: { offset, bucketCounts: counts },
    negative: { offset: 0, bucketCounts: [] },
  };
}

function resourceOf(attributes: Attributes): object {
  return { attributes };
}

function hrTime(ms: number): HrTime {
  const us = Math.round(ms * 1e3), seconds = Math.floor(us / 1e6);
  return [seconds, (us - seconds * 1e6) * 1e3];
}

function bytesOf(bytes: Uint8Array | undefined): Uint8Array<ArrayBuffer> {
  if (bytes === undefined) throw new Error("OpenTelemetry's serialiser gave nothing");
  return bytes as Uint8Array<ArrayBuffer>;
}
