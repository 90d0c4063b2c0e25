import {
  DnsAnswerLayout,
  DroppedLayout,
  ProcessLayout,
  Tag,
  TcpCountersLayout,
  TcpLimitsLayout,
  TcpPathLayout,
  TcpRecordLayout,
  TcpResetLayout,
  TickLayout,
  TranslationLayout,
  UdpOwnerLayout,
  UdpRecordLayout,
} from "../wire/layout.ts";
import {
  DnsAnswerRecord,
  DroppedRecord,
  ProcessRecord,
  Reader,
  TcpCounters,
  TcpLimits,
  TcpPath,
  TcpRecord,
  TcpReset,
  TickRecord,
  TranslationRecord,
  UdpOwner,
  UdpRecord,
} from "./cursor.ts";

/** What the records say. A cursor is valid during the call only. */
export interface EventHandler {
  tcpOpen(record: TcpRecord): void;
  tcpClose(record: TcpRecord): void;
  tcpLive(record: TcpRecord): void;
  tcpCounters(record: TcpCounters): void;
  tcpLimits(record: TcpLimits): void;
  tcpPath(record: TcpPath): void;
  tcpReset(record: TcpReset): void;
  tcpOwner(record: TcpRecord): void;
  udpFlow(record: UdpRecord): void;
  udpOwner(record: UdpOwner): void;
  process(record: ProcessRecord): void;
  translation(record: TranslationRecord): void;
  dropped(record: DroppedRecord): void;
  dnsAnswer(record: DnsAnswerRecord): void;
  tick(record: TickRecord): void;
}

/** Where every record has its tag. */
const TAG = 0;

const BYTE_LENGTHS: Readonly<Record<number, number>> = {
  [Tag.tcpOpen]: TcpRecordLayout.byteLength,
  [Tag.tcpClose]: TcpRecordLayout.byteLength,
  [Tag.tcpLive]: TcpRecordLayout.byteLength,
  [Tag.tcpCounters]: TcpCountersLayout.byteLength,
  [Tag.tcpLimits]: TcpLimitsLayout.byteLength,
  [Tag.tcpPath]: TcpPathLayout.byteLength,
  [Tag.tcpReset]: TcpResetLayout.byteLength,
  [Tag.tcpOwner]: TcpRecordLayout.byteLength,
  [Tag.udpFlow]: UdpRecordLayout.byteLength,
  [Tag.udpOwner]: UdpOwnerLayout.byteLength,
  [Tag.process]: ProcessLayout.byteLength,
  [Tag.dropped]: DroppedLayout.byteLength,
  [Tag.tick]: TickLayout.byteLength,
  [Tag.translation]: TranslationLayout.byteLength,
};

/** Of records that have grown since: recordings have them, and their cursors know what is not there. */
const EARLIER_BYTE_LENGTHS: Readonly<Record<number, readonly number[]>> = {
  [Tag.process]: [ProcessLayout.ancestors, ProcessLayout.parent],
  [Tag.tcpOpen]: [TcpRecordLayout.connectUs],
  [Tag.tcpClose]: [TcpRecordLayout.connectUs],
  [Tag.tcpLive]: [TcpRecordLayout.connectUs],
  [Tag.tcpOwner]: [TcpRecordLayout.connectUs],
  [Tag.tick]: [TickLayout.dnsUnread, TickLayout.socketsApart],
};

function isWhole(tag: number, size: number): boolean {
  if (tag === Tag.dnsAnswer) return size > DnsAnswerLayout.payload && size <= DnsAnswerLayout.byteLength;
  return BYTE_LENGTHS[tag] === size || EARLIER_BYTE_LENGTHS[tag]?.includes(size) === true;
}

/** Reads records and hands each to the handler. Never throws on bad bytes: what is not a record is counted. */
export class Decoder {
  readonly #reader = new Reader();
  readonly #tcp = new TcpRecord(this.#reader);
  readonly #counters = new TcpCounters(this.#reader);
  readonly #limits = new TcpLimits(this.#reader);
  readonly #path = new TcpPath(this.#reader);
  readonly #reset = new TcpReset(this.#reader);
  readonly #udp = new UdpRecord(this.#reader);
  readonly #udpOwner = new UdpOwner(this.#reader);
  readonly #process = new ProcessRecord(this.#reader);
  readonly #dropped = new DroppedRecord(this.#reader);
  readonly #dnsAnswer = new DnsAnswerRecord(this.#reader);
  readonly #tick = new TickRecord(this.#reader);
  readonly #translation = new TranslationRecord(this.#reader);
  #invalid: number;

  /** `invalid`: how many an earlier one has skipped. */
  constructor(readonly handler: EventHandler, invalid = 0) {
    this.#invalid = invalid;
  }

  /** Records skipped since the start because their tag or length was not one that is known. */
  get invalid(): number {
    return this.#invalid;
  }

  /** `bytes` holds whole records one behind the other. A record with a sane length but a wrong tag is stepped over; from one
   * with a length that leads nowhere on, the rest is dropped, as one invalid record. */
  decode(bytes: Uint8Array): void {
    const reader = this.#reader, end = bytes.length;
    reader.take(bytes);
    let start = 0;
    while (start < end) {
      reader.at(start);
      const size = start + 4 <= end ? reader.size : 0;
      if (size < 8 || size % 8 !== 0 || start + size > end) {
        this.#invalid++;
        return;
      }
      const tag = reader.u16(TAG);
      if (isWhole(tag, size)) this.#hand(tag);
      else this.#invalid++;
      start += size;
    }
  }

  #hand(tag: number): void {
    switch (tag) {
      case Tag.tcpCounters:
        return this.handler.tcpCounters(this.#counters);
      case Tag.tcpLimits:
        return this.handler.tcpLimits(this.#limits);
      case Tag.tcpReset:
        return this.handler.tcpReset(this.#reset);
      case Tag.tcpPath:
        return this.handler.tcpPath(this.#path);
      case Tag.tcpOpen:
        return this.handler.tcpOpen(this.#tcp);
      case Tag.tcpClose:
        return this.handler.tcpClose(this.#tcp);
      case Tag.tcpLive:
        return this.handler.tcpLive(this.#tcp);
      case Tag.tcpOwner:
        return this.handler.tcpOwner(this.#tcp);
      case Tag.udpFlow:
        return this.handler.udpFlow(this.#udp);
      case Tag.udpOwner:
        return this.handler.udpOwner(this.#udpOwner);
      case Tag.process:
        return this.handler.process(this.#process);
      case Tag.translation:
        return this.handler.translation(this.#translation);
      case Tag.dropped:
        return this.handler.dropped(this.#dropped);
      case Tag.dnsAnswer:
        return this.handler.dnsAnswer(this.#dnsAnswer);
      case Tag.tick:
        return this.handler.tick(this.#tick);
    }
  }
}
