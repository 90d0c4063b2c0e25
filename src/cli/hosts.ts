/** The hosts of --hosts: a list, or a file of one. */

import { readFailure, textAtMost } from "../file.ts";

/** Each is an ssh, and tables of its own. */
const MOST_HOSTS = 100;

/** What ssh takes for a host: a name or address, with a user before or as a URL. Nothing that it would take for an option. */
const HOST = /^(?!-)[\w.@:%[\]/+~-]+$/;
const MOST_BYTES = 1 << 20;

/** Throws what `read` does where the file cannot be read, and an Error in words for the user where it names no hosts. */
export function hostsOf(text: string, read: (path: string) => string = readHosts): string[] {
  if (text === "@") throw new Error("behind @ stands the name of a file");
  const isFile = text.startsWith("@"), lines = isFile ? read(text.slice(1)).split("\n") : [text];
  const hosts = lines.flatMap((line) => line.replace(/#.*/, "").split(/[,\s]+/)).filter((host) => host !== "");
  const wrong = hosts.find((host) => !HOST.test(host)), twice = hosts.find((host, i) => hosts.indexOf(host) < i);
  if (hosts.length === 0) throw new Error(isFile ? `${text.slice(1)} names no host` : "it takes a,b,c or @FILE");
  if (wrong !== undefined) throw new Error(`'${wrong}' is no host, such as db1 or ann@db1`);
  if (twice !== undefined) throw new Error(`${twice} is named twice`);
  if (hosts.length > MOST_HOSTS) throw new Error(`${hosts.length} hosts are more than ${MOST_HOSTS}`);
  return hosts;
}

function readHosts(path: string): string {
  let text: string | null;
  try {
    text = textAtMost(path, MOST_BYTES);
  } catch (error) {
    throw readFailure(path, error);
  }
  if (text === null) throw new Error(`${path} is too long for a list of hosts`);
  return text;
}
