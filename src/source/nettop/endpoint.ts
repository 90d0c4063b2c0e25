import ipaddr from "ipaddr.js";

/** One end of a socket as nettop writes it. */
export interface Endpoint {
  /** 16 bytes in network order, an IPv4 address in the first 4; all zero for `*`, and for one that is left out, as macOS 27 does
   * for flows of Network.framework. null: a host's name, not seen with -n. */
  readonly address: Uint8Array | null;
  /** Of a link-local address: the name of its interface. */
  readonly zone: string | null;
  /** 0 for `*`. */
  readonly port: number;
}

const HOST_NAME = /^[A-Za-z0-9][\w.-]*$/;

/** Without an address both families have a dot: `.443`. */
const PORT_ALONE = /^[.:](?:\d+|\*)$/;

/** `ip:port` for IPv4, `addr[%zone].port` for IPv6, `*` for what is not bound. A zone may hold dots. null: neither. */
export function parseEndpoint(family: 4 | 6, text: string): Endpoint | null {
  const isBare = PORT_ALONE.test(text);
  const at = isBare ? 0 : text.lastIndexOf(family === 4 ? ":" : ".");
  if (at < 1 && !isBare) return null;
  const port = parsePort(text.slice(at + 1));
  const [host, zone] = splitZone(text.slice(0, at));
  const address = host === "*" || isBare ? new Uint8Array(16) : parseAddress(family, host);
  return port === null || (address === null && !HOST_NAME.test(host)) ? null : { address, zone, port };
}

function splitZone(text: string): [host: string, zone: string | null] {
  const at = text.indexOf("%");
  return at < 0 ? [text, null] : [text.slice(0, at), text.slice(at + 1)];
}

function parsePort(text: string): number | null {
  if (text === "*") return 0;
  return /^\d{1,5}$/.test(text) && Number(text) <= 65535 ? Number(text) : null;
}

function parseAddress(family: 4 | 6, text: string): Uint8Array | null {
  const bytes = new Uint8Array(16);
  if (family === 4) {
    if (!ipaddr.IPv4.isValidFourPartDecimal(text)) return null;
    bytes.set(ipaddr.IPv4.parse(text).toByteArray());
  } else {
    if (!text.includes(":") || !ipaddr.IPv6.isValid(text)) return null;
    bytes.set(ipaddr.IPv6.parse(text).toByteArray());
  }
  return bytes;
}
