/** Numbers with units, as a filter writes them. */
import type { Unit } from "../column.ts";

const KI = 1024;
const BYTES: Readonly<Record<string, number>> = {
  b: 1,
  k: KI,
  kib: KI,
  kb: 1e3,
  m: KI ** 2,
  mib: KI ** 2,
  mb: 1e6,
  g: KI ** 3,
  gib: KI ** 3,
  gb: 1e9,
  t: KI ** 4,
  tib: KI ** 4,
  tb: 1e12,
};
const RATES: Readonly<Record<string, number>> = {
  ...BYTES,
  bit: 1 / 8,
  kbit: 125,
  mbit: 125e3,
  gbit: 125e6,
  tbit: 125e9,
};
const MICROSECONDS: Readonly<Record<string, number>> = {
  us: 1,
  "µs": 1,
  ms: 1e3,
  s: 1e6,
  m: 6e7,
  h: 3.6e9,
  d: 8.64e10,
};
const MILLISECONDS: Readonly<Record<string, number>> = { ms: 1, s: 1e3, m: 6e4, h: 3.6e6, d: 8.64e7 };

const UNITS: Readonly<Record<Unit, ReadonlyMap<string, number>>> = {
  count: new Map(),
  bytes: new Map(Object.entries(BYTES)),
  "bytes/s": new Map(Object.entries(RATES)),
  us: new Map(Object.entries(MICROSECONDS)),
  ms: new Map(Object.entries(MILLISECONDS)),
};
const EXAMPLES: Readonly<Record<Unit, string>> = {
  count: "3",
  bytes: "1MiB",
  "bytes/s": "1MiB or 8Mbit",
  us: "50ms",
  ms: "10s",
};
/** What a value is written in: the largest of which it is a whole number. */
const WRITTEN: Readonly<Record<Unit, readonly string[]>> = {
  count: [],
  bytes: ["GiB", "MiB", "KiB"],
  "bytes/s": ["GiB", "MiB", "KiB"],
  us: ["s", "ms", "us"],
  ms: ["h", "m", "s", "ms"],
};

/** The figure in `unit`, or a sentence about what is wrong with the text. */
export function parseQuantity(unit: Unit, text: string): number | string {
  const [, digits, name] = /^(\d+(?:\.\d+)?)([a-zµμ]*)$/i.exec(unit === "bytes/s" ? text.replace(/\/s$/, "") : text) ??
    [];
  const example = `such as ${EXAMPLES[unit]}`;
  if (digits === undefined) return `'${text}' is no number ${example}`;
  const factor = name === "" ? 1 : UNITS[unit].get(unitName(name));
  if (factor === undefined) return `'${name}' is no unit here; write a value ${example}`;
  if (name === "" && isTime(unit) && Number(digits) !== 0) return `a time needs its unit, ${example}`;
  const exact = Number(digits) * factor, value = Number.isInteger(exact) ? exact : Math.round(exact * 1000) / 1000;
  return value <= Number.MAX_SAFE_INTEGER ? value : `'${text}' is too large`;
}

/** As in UNITS. Unicode has two of the letter µ, and keyboards either. */
function unitName(text: string): string {
  return text.toLowerCase().replace("μ", "µ");
}

/** Whether the text is the name of a unit, of whatever. */
export function isUnitName(text: string): boolean {
  const name = unitName(text.replace(/\/s$/i, ""));
  return Object.values(UNITS).some((units) => units.has(name));
}

/** Whether a number without a unit, of a column that has units, is followed by the name of one: `1 MiB` is two words. */
export function isApart(unit: Unit, text: string, next: string): boolean {
  return unit !== "count" && /^\d+(\.\d+)?$/.test(text) && isUnitName(next);
}

/** The figure as text that parseQuantity() reads as the same figure. */
export function quantityText(unit: Unit, value: number): string {
  const factor = (name: string) => UNITS[unit].get(name.toLowerCase())!;
  const name = value === 0 ? undefined : WRITTEN[unit].find((name) => value % factor(name) === 0);
  if (name !== undefined) return `${value / factor(name)}${name}`;
  return isTime(unit) && value !== 0 ? `${value}${unit}` : String(value);
}

function isTime(unit: Unit): boolean {
  return unit === "us" || unit === "ms";
}
