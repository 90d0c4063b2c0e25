/** Decodes OTLP's protobuf by the field numbers of its definitions, knowing nothing of what wrote it. */

type Kind = "string" | "bytes" | "bool" | "uint" | "sint" | "fixed64" | "sfixed64" | "double" | "fixed32" | Message;
type Field = readonly [name: string, kind: Kind, repeated?: boolean];
interface Message {
  readonly [number: number]: Field;
}

const KEY_VALUE: Message = {};
const ANY: Message = {
  1: ["string", "string"],
  2: ["bool", "bool"],
  3: ["int", "uint"],
  4: ["double", "double"],
};
Object.assign(KEY_VALUE, { 1: ["key", "string"], 2: ["value", ANY] });
const RESOURCE: Message = { 1: ["attributes", KEY_VALUE, true], 2: ["dropped", "uint"] };
const SCOPE: Message = { 1: ["name", "string"], 2: ["version", "string"] };
const NUMBER: Message = {
  7: ["attributes", KEY_VALUE, true],
  2: ["start", "fixed64"],
  3: ["time", "fixed64"],
  4: ["double", "double"],
  6: ["int", "sfixed64"],
};
const BUCKETS: Message = { 1: ["offset", "sint"], 2: ["counts", "uint", true] };
const EXPONENTIAL: Message = {
  1: ["attributes", KEY_VALUE, true],
  2: ["start", "fixed64"],
  3: ["time", "fixed64"],
  4: ["count", "fixed64"],
  5: ["sum", "double"],
  6: ["scale", "sint"],
  7: ["zero", "fixed64"],
  8: ["positive", BUCKETS],
  9: ["negative", BUCKETS],
  12: ["min", "double"],
  13: ["max", "double"],
};
const EXPLICIT: Message = {
  9: ["attributes", KEY_VALUE, true],
  2: ["start", "fixed64"],
  3: ["time", "fixed64"],
  4: ["count", "fixed64"],
  5: ["sum", "double"],
  6: ["counts", "fixed64", true],
  7: ["bounds", "double", true],
  11: ["min", "double"],
  12: ["max", "double"],
};
const METRIC: Message = {
  1: ["name", "string"],
  2: ["description", "string"],
  3: ["unit", "string"],
  7: ["sum", { 1: ["points", NUMBER, true], 2: ["temporality", "uint"], 3: ["monotonic", "bool"] }],
  9: ["histogram", { 1: ["points", EXPLICIT, true], 2: ["temporality", "uint"] }],
  10: ["exponential", { 1: ["points", EXPONENTIAL, true], 2: ["temporality", "uint"] }],
};
export const RECORD: Message = {
  1: ["time", "fixed64"],
  11: ["observed", "fixed64"],
  2: ["severity", "uint"],
  3: ["severityText", "string"],
  5: ["body", ANY],
  6: ["attributes", KEY_VALUE, true],
  7: ["dropped", "uint"],
  12: ["event", "string"],
};
export const METRICS: Message = {
  1: ["resources", {
    1: ["resource", RESOURCE],
    2: ["scopes", { 1: ["scope", SCOPE], 2: ["metrics", METRIC, true], 3: ["schema", "string"] }, true],
  }, true],
};
export const LOGS: Message = {
  1: ["resources", {
    1: ["resource", RESOURCE],
    2: ["scopes", { 1: ["scope", SCOPE], 2: ["records", RECORD, true], 3: ["schema", "string"] }, true],
  }, true],
};

// deno-lint-ignore no-explicit-any
export type Decoded = Record<string, any>;

/** Throws on a field or wire type that the definitions do not have. */
export function decode(bytes: Uint8Array, message: Message): Decoded {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), found: Decoded = {};
  let at = 0;
  const varint = () => {
    let value = 0n;
    for (let shift = 0n;; shift += 7n) {
      const byte = bytes[at++];
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return Number(value);
    }
  };
  const fixed = (read: (at: number) => number | bigint, width: number) => {
    const value = Number(read(at));
    at += width;
    return value;
  };
  const part = () => {
    const length = varint(), piece = bytes.subarray(at, at + length);
    if (piece.length !== length) throw new Error("cut off");
    at += length;
    return piece;
  };
  const scalar = (kind: Kind): unknown => {
    if (kind === "uint") return varint();
    if (kind === "bool") return varint() === 1;
    if (kind === "sint") return ((value) => value % 2 === 1 ? -(value + 1) / 2 : value / 2)(varint());
    if (kind === "double") return fixed((at) => view.getFloat64(at, true), 8);
    if (kind === "fixed64") return fixed((at) => view.getBigUint64(at, true), 8);
    if (kind === "sfixed64") return fixed((at) => view.getBigInt64(at, true), 8);
    if (kind === "fixed32") return fixed((at) => view.getUint32(at, true), 4);
    if (kind === "string") return new TextDecoder("utf-8", { fatal: true }).decode(part());
    return kind === "bytes" ? part() : decode(part(), kind);
  };
  const wires: Record<string, number> = { uint: 0, bool: 0, sint: 0, double: 1, fixed64: 1, sfixed64: 1, fixed32: 5 };
  while (at < bytes.length) {
    const tag = varint(), field = message[tag >> 3];
    if (field === undefined) throw new Error(`no field ${tag >> 3} in ${JSON.stringify(Object.values(message))}`);
    const [name, kind, repeated] = field, wire = wires[String(kind)] ?? 2;
    if (!repeated) {
      if ((tag & 7) !== wire) throw new Error(`${name} has wire type ${tag & 7}`);
      found[name] = scalar(kind);
    } else if (wire === 2 || (tag & 7) === wire) (found[name] ??= []).push(scalar(kind));
    else {
      for (const end = varint() + at; at < end;) (found[name] ??= []).push(scalar(kind));
    }
  }
  return found;
}

/** The attributes as an object of plain values. */
export function attributesOf({ attributes = [] }: Decoded): Record<string, string | number | boolean> {
  return Object.fromEntries(
    attributes.map(({ key, value }: Decoded) => [key, value.string ?? value.int ?? value.bool ?? value.double ?? ""]),
  );
}
