/** Parts of what is told of one row, in bytes: those that have a row for each connection. */
import { Protocol } from "../flow/columns.ts";
import type { FlowArrays } from "../flow/columns.ts";
import { hasPeer } from "../flow/row.ts";
import type { Sample } from "../flow/sample.ts";
import { endedOf } from "../view/drops.ts";
import { localAddress, perSecond, remoteAddress } from "../view/flow.ts";
import { endText } from "../view/end.ts";
import { type Ended, endKey } from "../flow/end.ts";
import { bytesText, durationText } from "../view/units.ts";
import { bytesOf, type ByteText, type Constant, constant, Ipv4Between } from "./byte_text.ts";
import { secondText } from "./event_facts.ts";
import { remoteFacts } from "./flow_facts.ts";
import { endJson, remoteJson } from "./json_parts.ts";
import { quote } from "./json_text.ts";

/** As bytes. */
const ANY = 0x2a, TCP = 0x74, UDP = 0x75, DOT = 0x2e, DASH = 0x2d, AT = 0x40;
const ADDRESS = constant('{"address":'), PORT = constant(',"port":');
const IPV4_JSON = new Ipv4Between('{"address":"', '","port":'), IPV4_TEXT = new Ipv4Between("", ":");
const NO_NAME = constant(',"name":null,"name_from":null,"real":null}');

/** flowId() of row.ts. */
export function putId(to: ByteText, f: FlowArrays, row: number): void {
  const isTcp = f.protocol[row] === Protocol.tcp;
  to.byte(isTcp ? TCP : UDP);
  if (f.cookieHigh[row] !== 0) {
    to.base36(f.cookieHigh[row]);
    to.byte(DOT);
  }
  to.base36(f.cookieLow[row]);
  if (f.openedNs[row] !== 0) {
    to.byte(DASH);
    to.base36(f.openedNs[row]);
  }
  if (!isTcp) {
    to.byte(DASH);
    to.base36(f.remotePort[row]);
  }
  if (f.host[row] === 0) return;
  to.byte(AT);
  to.number(f.host[row]);
}

/** Times by microTime() of event_facts.ts, with what stands before and after them. */
export class MicroTimes {
  readonly #after: Constant;
  #second = NaN;
  #untilSecond = constant("");

  constructor(readonly before: string, after: string) {
    this.#after = constant(`Z${after}`);
  }

  /** Most times are of the second of the one before. */
  put(to: ByteText, wallMs: number): void {
    const us = Math.round(wallMs * 1e3), second = Math.floor(us / 1e6);
    if (second !== this.#second) this.#untilSecond = constant(this.before + secondText(this.#second = second));
    to.add(this.#untilSecond);
    to.padded(us - second * 1e6, 6);
    to.add(this.#after);
  }
}

/** A name in an object, with the comma before it. */
export const key = (name: string) => bytesOf(`,"${name}":`);

/** {"address":…,"port":… without what closes it. */
export function putLocal(to: ByteText, sample: Sample, row: number): void {
  const f = sample.flows;
  if (f.family[row] === 4) IPV4_JSON.put(to, f.localAddress, row * 16);
  else {
    to.add(ADDRESS);
    to.text(quote(localAddress(sample, row)));
    to.add(PORT);
  }
  to.number(f.localPort[row]);
}

/** Remote ends, each behind the same text. */
export class RemoteParts {
  readonly #before: Constant;
  readonly #ipv4: Ipv4Between;

  constructor(before: string) {
    this.#before = constant(before);
    this.#ipv4 = new Ipv4Between(`${before}{"address":"`, '","port":');
  }

  /** As remoteJson() of json_parts.ts. */
  put(to: ByteText, sample: Sample, row: number): void {
    const f = sample.flows;
    const isPlain = f.family[row] === 4 && f.answer[row] === 0 && f.realPort[row] === 0 && sample.hosts.size === 0 &&
      sample.names.size === 0 && hasPeer(f, row);
    if (!isPlain) {
      to.add(this.#before);
      return to.text(remoteJson(hasPeer(f, row) ? remoteFacts(sample, row) : null));
    }
    this.#ipv4.put(to, f.remoteAddress, row * 16);
    to.number(f.remotePort[row]);
    to.add(NO_NAME);
  }
}

/** endpointText() of view/address.ts. */
export function putLocalEndpoint(to: ByteText, sample: Sample, row: number): void {
  const f = sample.flows;
  if (f.family[row] === 4) IPV4_TEXT.put(to, f.localAddress, row * 16);
  else to.text(bracketed(f.family[row], localAddress(sample, row)));
  to.number(f.localPort[row]);
}

export function putRemoteEndpoint(to: ByteText, sample: Sample, row: number): void {
  const f = sample.flows;
  if (!hasPeer(f, row)) return to.byte(ANY);
  if (f.family[row] === 4) IPV4_TEXT.put(to, f.remoteAddress, row * 16);
  else to.text(bracketed(f.family[row], remoteAddress(sample, row)));
  to.number(f.remotePort[row]);
}

const bracketed = (family: number, address: string) => `${family === 6 ? `[${address}]` : address}:`;

const END_SLOTS = 64, NO_KEY = -1;

/** Parts by how a connection ended, kept: there are few. */
export class EndParts {
  readonly #keys = new Int32Array(END_SLOTS).fill(NO_KEY);
  readonly #parts: Constant[] = [];

  constructor(readonly text: (end: Ended | null) => string) {}

  put(to: ByteText, sample: Sample, row: number): void {
    const f = sample.flows;
    // What was dropped may explain it.
    if (f.drops[row] !== 0) return to.text(this.text(endedOf(sample, row)));
    const key = endKey(f, row), slot = (key ^ key >> 6 ^ key >> 12) & END_SLOTS - 1;
    if (this.#keys[slot] !== key) {
      this.#keys[slot] = key;
      this.#parts[slot] = constant(this.text(endedOf(sample, row)));
    }
    to.add(this.#parts[slot]);
  }
}

export const END_JSON = new EndParts(endJson);
/** With what stands before it. */
export const END_TEXT = new EndParts((end) => end === null ? "" : `  ${endText(end)}`);

/** durationText() of view/units.ts. */
export function putDuration(to: ByteText, us: number | null): void {
  if (us === null) to.byte(DASH);
  else if (us < 1000) {
    to.number(us);
    to.add(MICROSECONDS);
  } else if (us >= 999_500 || us % 10 === 5 || us % 100 === 50 || us % 1000 === 500) {
    // Halfway between two figures it depends on which side of it the nearest binary fraction is.
    to.text(durationText(us));
  } else {
    putThreeDigits(to, us, 1000);
    to.add(MILLISECONDS);
  }
}

/** bytesText() of view/units.ts. */
export function putBytes(to: ByteText, bytes: number | null): void {
  if (bytes === null) to.byte(DASH);
  else if (bytes < 999.5) {
    to.number(bytes);
    to.add(BYTES);
  } else if (bytes >= KIB * 999.5) to.text(bytesText(bytes));
  else {
    putThreeDigits(to, bytes, KIB);
    to.add(KIBIBYTES);
  }
}

/** `value` / `unit`, which is less than 1,000, rounded half up to three digits. Whole numbers, so that this is exact. */
function putThreeDigits(to: ByteText, value: number, unit: number): void {
  if (value >= 99.95 * unit) return to.number(Math.floor((value + unit / 2) / unit));
  const places = value >= 9.995 * unit ? 1 : 2, tens = places === 1 ? 10 : 100;
  const figure = Math.floor((value * tens + unit / 2) / unit), whole = Math.floor(figure / tens);
  to.number(whole);
  to.byte(DOT);
  to.padded(figure - whole * tens, places);
}
const KIB = 1024;
const MICROSECONDS = constant(" µs"),
  MILLISECONDS = constant(" ms"),
  BYTES = constant(" B"),
  KIBIBYTES = constant(" KiB");

/** Milliseconds, of microseconds. */
export function putMs(to: ByteText, us: number): void {
  to.fraction(us, 3);
}

/** perSecond() of view/flow.ts. */
export function putRate(to: ByteText, delta: number, intervalMs: number): void {
  const rate = perSecond(delta, intervalMs), tenths = Math.round(rate * 10);
  if (tenths / 10 === rate) to.fraction(tenths, 1);
  else to.number(rate);
}
