/** Names of hosts as a browser and the user write them. */

/** The host of NAME, ADDR, [ADDR] or any of them with :PORT, each in one spelling only: lower case, addresses as RFC 5952 has them, without
 * the dot that may end a name. null: it is no host. */
export function hostOf(text: string): string | null {
  const literal = /^[0-9a-f:.]*:[0-9a-f:.]*:[0-9a-f:.]*$/i.test(text) ? `[${text}]` : text;
  if (!/^(?:\[[0-9a-f:.]+\]|[\w.-]+)(?::\d{1,5})?$/i.test(literal)) return null;
  return URL.parse(`http://${literal}/`)?.hostname.replace(/\.$/, "") || null;
}

/** Of a name or address as hostOf() spells it. */
export function isLoopback(host: string): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\]|\[::ffff:7f[0-9a-f]{2}:[0-9a-f]{1,4}\])$/.test(host);
}
