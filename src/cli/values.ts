/** What the value of one option means, or a usage error that says what it takes. */
import { ExitStatus, TcptopError } from "../errors.ts";
import type { Keeping, Options } from "../options.ts";

const MIN_INTERVAL_MS = 100;
const LEAST_KEPT_MS = 60_000, MOST_KEPT_MS = 3650 * 86_400_000, LEAST_KEPT_BYTES = 1 << 20;
const MIN_RING_BYTES = 4096;
const MAX_RING_BYTES = 1 << 30;

export function usage(message: string): TcptopError {
  return new TcptopError(`${message}. Try: tcptop --help`, ExitStatus.usage);
}

/** 24h, 7d, 90m; or 2GiB, 500MB, 2G. Minutes are a small m, mebibytes a capital one. */
export function keeping(text: string): Keeping {
  const [, time, ofTime] = /^(\d+(?:\.\d+)?)([mhd])$/.exec(text) ?? [];
  const [, size, ofSize, binary] = /^(\d+(?:\.\d+)?)([KMGT])(i?)B?$/.exec(text) ?? [];
  const ms = Math.round(Number(time) * { m: 60e3, h: 3600e3, d: 86400e3 }[ofTime ?? "m"]!);
  if (ms >= LEAST_KEPT_MS && ms <= MOST_KEPT_MS) return { ms };
  const step = binary === "" && text.endsWith("B") ? 1000 : 1024;
  const bytes = Math.round(Number(size) * step ** ("KMGT".indexOf(ofSize ?? "K") + 1));
  if (bytes >= LEAST_KEPT_BYTES && bytes <= Number.MAX_SAFE_INTEGER) return { bytes };
  throw usage(`--keep takes a time from 1m to 3650d or a size from 1MiB up, such as 24h or 2GiB, not '${text}'`);
}

export function whole(option: string, text: string, least: number, most: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (value >= least && value <= most) return value;
  const isOpen = most === Number.MAX_SAFE_INTEGER && !(value > most);
  const range = isOpen ? `from ${least} up` : `from ${least} to ${most}`;
  throw usage(`${option} takes a whole number ${range}, not '${text}'`);
}

/** Milliseconds of 500ms, 1s, 1.5s, 2 (seconds), 1m, 1h. */
export function duration(option: string, text: string): number {
  const [, value, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text) ?? [];
  const ms = Math.round(Number(value) * { ms: 1, s: 1000, m: 60e3, h: 3600e3 }[unit ?? "s"]!);
  if (!Number.isFinite(ms)) throw usage(`${option} takes a duration such as 500ms, 1s or 2, not '${text}'`);
  if (ms < MIN_INTERVAL_MS) throw usage(`${option} is at least ${MIN_INTERVAL_MS}ms, not '${text}'`);
  if (ms > 86400000) throw usage(`${option} is at most a day, not '${text}'`);
  return ms;
}

/** ADDR:PORT, [ADDR]:PORT for IPv6, :PORT or PORT on loopback. */
export function listenAddress(text: string): NonNullable<Options["metrics"]> {
  const [, six, name, digits] = /^(?:\[([0-9a-f:.]+)\]:|([^:\s]*):)?(\d{1,5})$/i.exec(text) ?? [],
    port = Number(digits);
  if (name === "*" && port >= 1 && port <= 65535) {
    throw usage(`--metrics takes no *, but 0.0.0.0:${port} for all addresses, or [::]:${port} for those of IPv6 too`);
  }
  if (port >= 1 && port <= 65535) return { hostname: six || name || "127.0.0.1", port };
  throw usage(`--metrics takes ADDR:PORT, such as 127.0.0.1:9435, not '${text}'`);
}

export function ringBytes(text: string): number {
  const [, value, unit] = /^(\d+)([KMG]?)(?:i?B)?$/i.exec(text) ?? [];
  const bytes = Number(value) * { "": 1, K: 1 << 10, M: 1 << 20, G: 1 << 30 }[(unit ?? "").toUpperCase()]!;
  const isPower = Number.isInteger(Math.log2(bytes));
  if (isPower && bytes >= MIN_RING_BYTES && bytes <= MAX_RING_BYTES) return bytes;
  throw usage(`--ring-size takes a power of two from 4096 to 1G, such as 256K or 8M, not '${text}'`);
}

export function processName(text: string): string {
  if (text === "") throw usage("--process takes a part of a name, not nothing");
  if (text.includes("*")) {
    throw usage(
      `--process takes a part of a name, and * stands for itself alone; if it is meant: --filter 'process:"*"'`,
    );
  }
  return text;
}

export function color(text: string): Options["color"] {
  if (text === "auto" || text === "always" || text === "never") return text;
  throw usage(`--color takes auto, always or never, not '${text}'`);
}
