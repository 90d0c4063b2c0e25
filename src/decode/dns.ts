/**
 * What a DNS answer says: which name was asked for, and which addresses it has.
 * In: the bytes of a message, of which the end may be missing, from anybody. Out: facts, or null.
 * Nothing here throws, loops or reads beyond the bytes; formats are those of RFC 1035 and 3596.
 */

export interface DnsAddress {
  readonly family: 4 | 6;
  /** 16 bytes, IPv4 in the first 4. */
  readonly bytes: Uint8Array;
  readonly ttlS: number;
}

export interface DnsAnswer {
  /** As it was asked for, in lower case, without the dot at its end. */
  readonly name: string;
  readonly addresses: readonly DnsAddress[];
}

const HEADER_BYTES = 12;
const Type = { A: 1, CNAME: 5, AAAA: 28 } as const;
const INTERNET = 1;
/** QR, OPCODE and RCODE: a response to a standard query, without error. */
const KIND_BITS = 0xf80f, ANSWER = 0x8000;
/** No name is longer, as bytes with their lengths (RFC 1035, 2.3.4). */
const MOST_NAME_BYTES = 255;
/** More than any server sends: what is behind is left out. */
const MOST_RECORDS = 256;
/** Aliases that are followed; resolvers give up after some ten. */
const MOST_ALIASES = 32;

interface Name {
  readonly text: string;
  /** Behind it. */
  readonly end: number;
}

interface ResourceRecord {
  readonly owner: string;
  readonly type: number;
  readonly ttlS: number;
  readonly data: number;
  readonly length: number;
}

/** null: no answer with an address for the name that was asked for. */
export function readDnsAnswer(bytes: Uint8Array): DnsAnswer | null {
  if (bytes.length < HEADER_BYTES || (u16(bytes, 2) & KIND_BITS) !== ANSWER || u16(bytes, 4) !== 1) return null;
  const asked = readName(bytes, HEADER_BYTES);
  if (asked === null || asked.text === "" || asked.end + 4 > bytes.length) return null;
  if (u16(bytes, asked.end + 2) !== INTERNET) return null;
  const records = readRecords(bytes, asked.end + 4, Math.min(u16(bytes, 6), MOST_RECORDS));
  const names = aliasesOf(bytes, asked.text, records);
  const addresses = records.filter(({ owner }) => names.has(owner)).flatMap((record) => addressOf(bytes, record));
  return addresses.length === 0 ? null : { name: asked.text, addresses };
}

/** Those that are whole, of the Internet class. */
function readRecords(bytes: Uint8Array, from: number, count: number): ResourceRecord[] {
  const records: ResourceRecord[] = [];
  let at = from;
  for (let i = 0; i < count; i++) {
    const owner = readName(bytes, at);
    if (owner === null || owner.end + 10 > bytes.length) break;
    const data = owner.end + 10, length = u16(bytes, owner.end + 8);
    if (data + length > bytes.length) break;
    if (u16(bytes, owner.end + 2) === INTERNET) {
      records.push({ owner: owner.text, type: u16(bytes, owner.end), ttlS: ttlOf(bytes, owner.end + 4), data, length });
    }
    at = data + length;
  }
  return records;
}

/** The name and, in whatever order they stand, those that it is an alias of. */
function aliasesOf(bytes: Uint8Array, asked: string, records: readonly ResourceRecord[]): ReadonlySet<string> {
  const targets = new Map<string, string>(), names = new Set([asked]);
  for (const { owner, type, data, length } of records) {
    const target = type === Type.CNAME ? readName(bytes, data) : null;
    if (target !== null && target.end === data + length) targets.set(owner, target.text);
  }
  for (let name = targets.get(asked); name !== undefined && names.size < MOST_ALIASES; name = targets.get(name)) {
    if (names.has(name)) break;
    names.add(name);
  }
  return names;
}

function addressOf(bytes: Uint8Array, { type, ttlS, data, length }: ResourceRecord): DnsAddress[] {
  const isV4 = type === Type.A && length === 4;
  if (!isV4 && !(type === Type.AAAA && length === 16)) return [];
  const address = new Uint8Array(16);
  address.set(bytes.subarray(data, data + length));
  return [{ family: isV4 ? 4 : 6, bytes: address, ttlS }];
}

/** null: it goes beyond the bytes, is too long or no name. A pointer leads to before where the name that has it began, so each is followed by a
 * lower one and the way ends. */
function readName(bytes: Uint8Array, from: number): Name | null {
  const labels: string[] = [];
  let at = from, least = from, used = 1, end = -1;
  for (;;) {
    if (at >= bytes.length) return null;
    const length = bytes[at];
    if (length === 0) return { text: labels.join(".").toLowerCase(), end: end < 0 ? at + 1 : end };
    if (length < 64) {
      if (at + 1 + length > bytes.length || (used += length + 1) > MOST_NAME_BYTES) return null;
      labels.push(labelText(bytes.subarray(at + 1, at + 1 + length)));
      at += length + 1;
    } else {
      if (length < 0xc0 || at + 2 > bytes.length) return null;
      if (end < 0) end = at + 2;
      at = u16(bytes, at) & 0x3fff;
      if (at >= least) return null;
      least = at;
    }
  }
}

/** As zone files write it (RFC 4343, 2.1): what is no printable ASCII as three digits, so that a name moves no cursor and has no second reading. */
export function labelText(label: Iterable<number>): string {
  let text = "";
  for (const byte of label) {
    if (byte < 0x21 || byte > 0x7e) text += `\\${String(byte).padStart(3, "0")}`;
    else if (byte === 0x2e || byte === 0x5c) text += `\\${String.fromCharCode(byte)}`;
    else text += String.fromCharCode(byte);
  }
  return text;
}

function u16(bytes: Uint8Array, at: number): number {
  return bytes[at] << 8 | bytes[at + 1];
}

/** 31 bits: with the highest one set it counts as 0 (RFC 2181, 8). */
function ttlOf(bytes: Uint8Array, at: number): number {
  const high = u16(bytes, at);
  return high & 0x8000 ? 0 : high * 0x10000 + u16(bytes, at + 2);
}
