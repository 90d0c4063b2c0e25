/** Log records as protobuf, straight from the rows: flat out there are tens of thousands a second, and objects cost more than bytes. */
import type { Sample } from "../../flow/sample.ts";
import type { Networks } from "../networks.ts";
import { type Attributes, type AttributeSink, type Value } from "./attribute_set.ts";
import { SCOPE } from "./encode.ts";
import { addAttributes, logHead } from "./log_records.ts";
import { DELIMITED, FIXED64, ProtobufWriter, tag, VARINT, varintSize } from "./protobuf.ts";

/** Fields of LogRecord (opentelemetry/proto/logs/v1/logs.proto), in the order in which OpenTelemetry's serialiser writes them. */
const TIME = 1,
  SEVERITY_NUMBER = 2,
  SEVERITY_TEXT = 3,
  BODY = 5,
  ATTRIBUTES = 6,
  DROPPED = 7,
  OBSERVED = 11,
  EVENT = 12;
/** A record's length takes two bytes, as long as it is neither shorter nor longer than that. */
const LENGTH_BYTES = 2, SHORTEST = 1 << 7, LONGEST = (1 << 14) - 1;
/** Before the records stays room for what goes before them, which has their length. */
const HEAD_BYTES = 1 << 16;

/** One ExportLogsServiceRequest after the other, each byte for byte what encodeLogs() makes. */
export class LogRequest implements AttributeSink {
  readonly #writer = new ProtobufWriter();
  /** Records in it. */
  length = 0;

  constructor(readonly networks: Networks | null) {
    this.#begin();
  }

  add(sample: Sample, row: number): void {
    const writer = this.#writer, { timeMs, observedMs, event, severity, body } = logHead(sample, row);
    writer.need(64);
    writer.byte(tag(2, DELIMITED));
    const from = writer.at += LENGTH_BYTES;
    writer.byte(tag(TIME, FIXED64));
    writer.nanoseconds(Math.round(timeMs * 1e3));
    writer.byte(tag(SEVERITY_NUMBER, VARINT));
    writer.varint(severity.number);
    writer.text(SEVERITY_TEXT, severity.text);
    writer.anyText(BODY, body);
    addAttributes(this, sample, row, this.networks);
    writer.need(64);
    writer.byte(tag(DROPPED, VARINT));
    writer.byte(0);
    writer.byte(tag(OBSERVED, FIXED64));
    writer.nanoseconds(Math.round(observedMs * 1e3));
    writer.text(EVENT, event);
    this.#setLength(from);
    this.length++;
  }

  put(name: string, value: Value): void {
    this.#writer.attribute(ATTRIBUTES, name, value);
  }

  /** The request; good until add() is called again, which begins the next one. */
  take(resource: Attributes): Uint8Array<ArrayBuffer> {
    const writer = this.#writer, head = headOf(resource, writer.at - HEAD_BYTES);
    if (head.length > HEAD_BYTES) throw new RangeError("the attributes of the resource have more than 64 KiB");
    const from = HEAD_BYTES - head.length, request = writer.bytes.subarray(from, writer.at);
    request.set(head);
    this.#begin();
    return request;
  }

  #begin(): void {
    this.length = 0;
    this.#writer.at = 0;
    this.#writer.need(2 * HEAD_BYTES);
    this.#writer.at = HEAD_BYTES;
  }

  #setLength(from: number): void {
    const writer = this.#writer, length = writer.at - from;
    if (length < SHORTEST || length > LONGEST) {
      const size = varintSize(length), to = from - LENGTH_BYTES + size;
      writer.need(size);
      writer.bytes.copyWithin(to, from, from + length);
      writer.at = from - LENGTH_BYTES;
      writer.varint(length);
      writer.at = to + length;
      return;
    }
    writer.bytes[from - 2] = length & 127 | 128;
    writer.bytes[from - 1] = length >> 7;
  }
}

/** ResourceLogs and ScopeLogs up to the records, of which there are so many bytes. */
function headOf(resource: Attributes, recordBytes: number): Uint8Array {
  const inner = new ProtobufWriter();
  for (const [name, value] of Object.entries(resource)) inner.attribute(1, name, value);
  inner.need(2);
  inner.byte(tag(2, VARINT));
  inner.byte(0);
  const scope = new ProtobufWriter();
  scope.text(1, SCOPE.name);
  scope.text(2, SCOPE.version);
  const scopeLogs = 1 + varintSize(scope.at) + scope.at + recordBytes;
  const resourceLogs = 1 + varintSize(inner.at) + inner.at + 1 + varintSize(scopeLogs) + scopeLogs;
  const head = new ProtobufWriter();
  head.need(inner.at + scope.at + 64);
  head.byte(tag(1, DELIMITED));
  head.varint(resourceLogs);
  head.byte(tag(1, DELIMITED));
  head.varint(inner.at);
  head.raw(inner.bytes.subarray(0, inner.at));
  head.byte(tag(2, DELIMITED));
  head.varint(scopeLogs);
  head.byte(tag(1, DELIMITED));
  head.varint(scope.at);
  head.raw(scope.bytes.subarray(0, scope.at));
  return head.bytes.subarray(0, head.at);
}
