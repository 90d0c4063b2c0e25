/** Link-local addresses have the names of interfaces, each network namespace its own. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { compiled } from "../support/compiled.ts";
import { lines, within } from "../support/lines.ts";
import { Netns } from "../support/netns.ts";
import { execute, once, type SampleDocument, tcptop } from "../support/tcptop.ts";

async function ip(...line: string[]): Promise<void> {
  const { code, stderr } = await execute(["ip", ...line]);
  strictEqual(code, 0, stderr);
}

/** Two namespaces and a link between them, whose ends have other numbers as well as other names. */
async function link(a: Netns, b: Netns): Promise<void> {
  await ip("-n", a.name, "link", "add", "first", "type", "veth", "peer", "name", "second");
  await ip("-n", a.name, "link", "add", "left0", "type", "veth", "peer", "name", "right.7", "netns", b.name);
  for (const [{ name }, end, address] of [[a, "left0", "fe80::a"], [b, "right.7", "fe80::b"]] as const) {
    await ip("-n", name, "addr", "add", `${address}/64`, "dev", end, "nodad");
    await ip("-n", name, "link", "set", end, "up");
  }
}

/** link_local in a namespace, until `use` is done. */
async function holding<T>({ name }: Netns, args: readonly string[], use: (port: number) => Promise<T>): Promise<T> {
  const binary = await compiled("link_local", [new URL("link_local.c", import.meta.url)]);
  const line = ["netns", "exec", name, binary, ...args];
  const child = new Deno.Command("ip", { args: line, stdin: "piped", stdout: "piped" }).spawn(),
    said = lines(child.stdout);
  try {
    return await use(Number((await within(10, args.join(" "), said.next())).value));
  } finally {
    await child.stdin.close();
    await said.return();
    await child.status;
  }
}

const ends = ({ flows }: SampleDocument) =>
  flows.map(({ process, local, remote }) => `${process} ${local.address} ${remote?.address}`).sort();

const EXPECTED = ["connect fe80::a%left0 fe80::b%left0", "listen fe80::b%right.7 fe80::a%right.7"];

Deno.test("a link-local address has the name of its interface, in filters, recordings and by netlink too", async () => {
  const folder = await Deno.makeTempDir(), recording = `${folder}/r.tcptop`;
  await using a = await Netns.make();
  await using b = await Netns.make();
  await link(a, b);
  try {
    const port = await holding(
      b,
      ["listen", "fe80::b%right.7", "0"],
      (port) =>
        holding(a, ["connect", "fe80::b%left0", String(port)], async () => {
          const ours = ["-P", port, "-i", "200ms"];
          deepStrictEqual(ends(await once(...ours, "--record", recording)), EXPECTED);
          deepStrictEqual(ends(await once(...ours, "--source", "netlink")), EXPECTED);
          return port;
        }),
    );
    const ours = ["--replay", recording, "-P", port];
    deepStrictEqual(ends(await once(...ours)), EXPECTED);
    const matching = async (filter: string) => ends(await once(...ours, "-f", filter)).length;
    const filters = ["remote:fe80::b%left0", "local:fe80::%right.7/64", "fe80::b%right.7", "fe80::b%first"];
    deepStrictEqual(await Promise.all(filters.map(matching)), [1, 1, 1, 0]);
    const { stdout } = await execute(tcptop(["--once", ...ours]));
    ok(stdout.includes("[fe80::b%left0]:"), stdout);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
