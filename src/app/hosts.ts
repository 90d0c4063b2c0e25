/** The hosts file, hosts(5): names that are on this machine itself, and count before any name server. */
import ipaddr from "ipaddr.js";

/** A hosts file may be long; it is looked at again this often, and read when it has changed. */
const LOOK_EVERY_MS = 5_000;
/** Lists of advertisers have hundreds of thousands of lines, all of them for addresses that are left out. */
const MOST_NAMES = 1 << 16;
/** Loopback is localhost whatever the file says (RFC 6761, 6.3). */
const LOOPBACK = ["127.0.0.1", "::1"];
const BLOCKED = /^(?:0\.0\.0\.0|127\.|::1?\s)/;

/** The canonical name of each address: the first behind it, aliases follow. Of several lines the first counts, as for getent. An address is
 * written as the screen has it; a zone is not told apart. */
export function hostsNames(text: string): ReadonlyMap<string, string> {
  const names = new Map(LOOPBACK.map((address) => [address, "localhost"]));
  for (const raw of text.split("\n")) {
    const line = raw.trimStart();
    if (line.startsWith("#") || BLOCKED.test(line)) continue;
    const [written, name] = line.replace(/#.*/s, "").trim().split(/\s+/);
    const address = name === undefined ? null : normalized(written);
    if (address !== null && !names.has(address)) names.set(address, name);
    if (names.size >= MOST_NAMES) break;
  }
  return names;
}

function normalized(address: string): string | null {
  const bare = address.replace(/%.*/, "");
  if (!ipaddr.isValid(bare)) return null;
  const parsed = ipaddr.process(bare);
  return parsed instanceof ipaddr.IPv6 ? parsed.toRFC5952String() : parsed.toString();
}

export class Hosts {
  #dueMs = -Infinity;

  /** `read`: Platform.hosts. */
  constructor(readonly read: () => string | null, readonly nowMs: () => number) {}

  /** null: as at the last look, or not due yet. */
  look(): ReadonlyMap<string, string> | null {
    const nowMs = this.nowMs();
    if (nowMs < this.#dueMs) return null;
    this.#dueMs = nowMs + LOOK_EVERY_MS;
    const text = this.read();
    return text === null ? null : hostsNames(text);
  }
}
