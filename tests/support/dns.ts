/** DNS messages for tests: answers as a server writes them, or as none should. */
export interface DnsRecord {
  readonly name: string | readonly number[];
  readonly type: number;
  readonly ttl?: number;
  readonly data: readonly number[];
}

const text = new TextEncoder();
const u16 = (value: number) => [value >> 8 & 255, value & 255];

/** The labels of a name without compression. */
export function dnsName(name: string): number[] {
  return [
    ...name.split(".").filter((label) => label !== "").flatMap((label) => [label.length, ...text.encode(label)]),
    0,
  ];
}

const nameBytes = (name: DnsRecord["name"]) => typeof name === "string" ? dnsName(name) : [...name];

/** A pointer to byte `at`; the question's name is at 12. */
export const pointer = (at: number) => [0xc0 | at >> 8, at & 255];

export const a = (name: DnsRecord["name"], address: string, ttl = 60): DnsRecord => ({
  name,
  type: 1,
  ttl,
  data: address.split(".").map(Number),
});
export const aaaa = (name: DnsRecord["name"], data: readonly number[], ttl = 60): DnsRecord => ({
  name,
  type: 28,
  ttl,
  data,
});
export const cname = (name: DnsRecord["name"], target: DnsRecord["name"]): DnsRecord => ({
  name,
  type: 5,
  data: nameBytes(target),
});

export interface Message {
  readonly asked: DnsRecord["name"];
  readonly answers: readonly DnsRecord[];
  readonly id?: number;
  readonly flags?: number;
  readonly questions?: number;
  readonly count?: number;
  readonly type?: number;
  readonly class?: number;
}

export function dnsMessage(message: Message): Uint8Array<ArrayBuffer> {
  const { asked, answers, id = 7, flags = 0x8180, questions = 1, count = answers.length, type = 1 } = message;
  const header = [...u16(id), ...u16(flags), ...u16(questions), ...u16(count), 0, 0, 0, 0];
  const records = answers.flatMap(({ name, type, ttl = 60, data }) => [
    ...nameBytes(name),
    ...u16(type),
    ...u16(message.class ?? 1),
    ...u16(Math.floor(ttl / 0x10000)),
    ...u16(ttl),
    ...u16(data.length),
    ...data,
  ]);
  return Uint8Array.from([...header, ...nameBytes(asked), ...u16(type), ...u16(1), ...records]);
}
