import ipaddr from "ipaddr.js";

const HOSTS = "/etc/hosts";

/** The canonical name that a file such as /etc/hosts has for an address: the first behind it, aliases follow (hosts(5)). Of several lines the
 * first counts, as for getent. null: none. */
export function hostsName(hosts: string, address: string): string | null {
  const wanted = normalized(address);
  if (wanted === null) return null;
  for (const line of hosts.split("\n")) {
    const [written, name] = line.replace(/#.*/s, "").trim().split(/\s+/);
    if (name !== undefined && normalized(written) === wanted) return name;
  }
  return null;
}

/** The same address may be written in several ways; a zone is not told apart. */
function normalized(address: string): string | null {
  const bare = address.replace(/%.*/, "");
  return ipaddr.isValid(bare) ? ipaddr.process(bare).toNormalizedString() : null;
}

/** By the machine's own file, as it is now. */
export async function ownHostsName(address: string, path = HOSTS): Promise<string | null> {
  const hosts = await Deno.readTextFile(path).catch(() => "");
  return hostsName(hosts, address);
}
