/** What was seen as a policy that allows it: sorted filters, one a line. */
import type { Filter } from "../view/filter/ast.ts";
import { printFilter } from "../view/filter/ast.ts";
import { isNameOfRemote } from "../view/filter/fields.ts";
import ipaddr from "ipaddr.js";
import { commentAt, policyLines } from "./policy.ts";
import type { SeenFlow } from "./seen.ts";

/** More addresses than this without a name, of one process and port in one network, become that network. */
const MOST_ADDRESSES = 8;
const NETWORK_BITS = { ipv4: 24, ipv6: 64 } as const;
/** As the process column has it: such a line allows what nobody is known to own. */
const NOT_KNOWN = "-";

const HEAD =
  `# What was seen, one filter a line: tcptop --learn adds to it, tcptop --allow lets pass what one of them matches.
# A name is what the process asked a name server for, or what /etc/hosts says. Comments belong to the line that follows.
`;

/** The file's text: the lines of `before` and those of the flows, each once. */
export function learnedText(flows: readonly SeenFlow[], before = ""): string {
  const comments = entriesOf(before);
  for (const line of learnedLines(flows)) if (!comments.has(line)) comments.set(line, "");
  const last = comments.get("") ?? "";
  comments.delete("");
  const lines = [...comments].sort(([a], [b]) => a < b ? -1 : 1).map(([line, comment]) => `${comment}${line}\n`);
  return `${HEAD}${lines.join("")}${last}`;
}

/** The lines of a file with the comments in front of them; "" has those behind the last one. */
function entriesOf(text: string): Map<string, string> {
  const entries = new Map<string, string>(), body = text.startsWith(HEAD) ? text.slice(HEAD.length) : text;
  let comment = "";
  for (const line of policyLines(body)) {
    const trimmed = line.trim();
    if (trimmed === "") continue;
    const at = commentAt(trimmed), rule = trimmed.slice(0, at).trim();
    // What stands behind a rule comes to stand in front of it, as it is the rule that is looked for.
    if (at < trimmed.length) comment += `${trimmed.slice(at)}\n`;
    if (rule === "") continue;
    entries.set(rule, (entries.get(rule) ?? "") + comment);
    comment = "";
  }
  if (comment !== "") entries.set("", comment);
  return entries;
}

export function learnedLines(flows: readonly SeenFlow[]): string[] {
  const addresses = new Map<string, { readonly rule: readonly Filter[]; readonly found: Set<string> }>();
  const lines = new Set<string>();
  for (const flow of flows) {
    const rule = ruleOf(flow), name = flow.askedName;
    if (name && isNameOfRemote(name)) lines.add(lineOf(rule, name));
    else {
      const key = JSON.stringify(rule), group = addresses.get(key);
      if (group === undefined) addresses.set(key, { rule, found: new Set([flow.remote.address]) });
      else group.found.add(flow.remote.address);
    }
  }
  for (const { rule, found } of addresses.values()) {
    for (const remote of merged([...found])) lines.add(lineOf(rule, remote));
  }
  return [...lines].sort();
}

/** What is the same for each peer: process, direction, port and protocol. */
function ruleOf({ comm, process, direction, local, remote, protocol }: SeenFlow): Filter[] {
  const field = (field: string, value: string, exact = false): Filter => ({ kind: "field", field, value, exact });
  const who = field("process", comm || process || NOT_KNOWN, true), what = field("proto", protocol);
  if (direction === "inbound") return [who, field("direction", "in"), field("sport", String(local.port)), what];
  if (direction === "outbound") return [who, field("dport", String(remote.port)), what];
  return [who, field("port", String(Math.min(local.port, remote.port))), what];
}

function lineOf([who, ...rest]: readonly Filter[], remote: string): string {
  const peer: Filter = { kind: "field", field: "remote", value: remote, exact: true };
  return printFilter({ kind: "and", terms: [who, peer, ...rest] });
}

/** Addresses, and the networks of those that are too many. */
function merged(addresses: readonly string[]): string[] {
  const networks = new Map<string, string[]>();
  for (const address of addresses) {
    const network = networkOf(address), members = networks.get(network);
    if (members === undefined) networks.set(network, [address]);
    else members.push(address);
  }
  return [...networks].flatMap(([network, members]) => members.length > MOST_ADDRESSES ? [network] : members);
}

function networkOf(address: string): string {
  if (!ipaddr.isValid(address) || address.includes("%")) return address;
  const kind = ipaddr.parse(address).kind(), bits = NETWORK_BITS[kind];
  const network = kind === "ipv4"
    ? ipaddr.IPv4.networkAddressFromCIDR(`${address}/${bits}`)
    : ipaddr.IPv6.networkAddressFromCIDR(`${address}/${bits}`);
  return `${network}/${bits}`;
}
