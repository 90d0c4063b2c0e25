/** Names from the answers of a name server of our own, against what each process has asked for. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { compiled } from "../support/compiled.ts";
import { lines, within } from "../support/lines.ts";
import { Netns } from "../support/netns.ts";
import { execute, once, Running, type SampleDocument, tcptop } from "../support/tcptop.ts";

const SERVER = "127.0.0.53", PORT = 8053;

/** A network namespace with the addresses that the names have, and the server as its resolver. */
class Place implements AsyncDisposable {
  private constructor(readonly netns: Netns, readonly binary: string, readonly ends: (() => Promise<void>)[]) {}

  static async make(): Promise<Place> {
    const netns = await Netns.make(), folder = `/etc/netns/${netns.name}`;
    for (let i = 1; i < 10; i++) await ip("-n", netns.name, "addr", "add", `10.53.0.${i}/32`, "dev", "lo");
    for (const six of ["fd53::1", "fd53::2"]) {
      await ip("-n", netns.name, "addr", "add", `${six}/128`, "dev", "lo", "nodad");
    }
    await Deno.mkdir(folder, { recursive: true });
    await Deno.writeTextFile(`${folder}/resolv.conf`, `nameserver ${SERVER}\noptions attempts:1 timeout:2\n`);
    const place = new Place(netns, await compiled("dns", [new URL("dns.c", import.meta.url)]), []);
    place.ends.push(() => Deno.remove(folder, { recursive: true }));
    await place.run("serve", SERVER);
    return place;
  }

  /** Until the end; resolves once it is ready. */
  async run(...args: readonly string[]): Promise<number> {
    const line = ["netns", "exec", this.netns.name, this.binary, ...args];
    const child = new Deno.Command("ip", { args: line, stdin: "piped", stdout: "piped", stderr: "null" }).spawn();
    const said = lines(child.stdout);
    this.ends.push(async () => {
      await child.stdin.close();
      await said.return();
      await child.status;
    });
    strictEqual((await within(20, args.join(" "), said.next())).value, "ready");
    return child.pid;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const end of this.ends.toReversed()) await end();
    await this.netns[Symbol.asyncDispose]();
  }
}

async function ip(...line: string[]): Promise<void> {
  const { code, stderr } = await execute(["ip", ...line]);
  strictEqual(code, 0, stderr);
}

/** Outbound connections to the server's port: process, address, name and where it is from. */
function named({ flows }: Pick<SampleDocument, "flows">, netns: number): string[] {
  return flows.filter((flow) => flow.netns === netns && flow.remote?.port === PORT && flow.protocol === "tcp")
    .map(({ process, remote }) => [process, remote!.address, remote!.name, remote!.name_from].join(" ")).sort();
}

const LONG = `${"\\001".repeat(63)}.${"\\027".repeat(63)}.${"x".repeat(63)}.${"\\200".repeat(61)}`;
const HOSTILE = ["raw", "loop.test", "raw", "cut.test", "raw", "many.test", "raw", LONG];

const EXPECTED = [
  "ask-a 10.53.0.1 a.test dns_answer",
  "ask-alias 10.53.0.3 alias.test dns_answer",
  "ask-both 10.53.0.2 both.test dns_answer",
  "ask-both fd53::2 both.test dns_answer",
  "ask-extra 10.53.0.5 extra.test dns_answer",
  "ask-extra 10.53.0.9  ",
  "ask-names 10.53.0.4 one.test dns_answer",
  "ask-names 10.53.0.4 two.test dns_answer",
  "ask-six fd53::1 six.test dns_answer",
  "blocked 127.0.0.1  ",
  `hostile 10.53.0.6  `,
  `hostile 10.53.0.7 ${LONG} dns_answer`,
  "other 10.53.0.1  ",
  "raw 10.53.0.1 a.test dns_answer",
];

async function askAll(place: Place): Promise<void> {
  await place.run("ask", "ask-a", "A.Test");
  await place.run("ask", "ask-six", "six.test");
  await place.run("ask", "ask-both", "both.test");
  await place.run("ask", "ask-alias", "alias.test");
  await place.run("ask", "ask-names", "one.test", "two.test");
  await place.run("ask", "ask-extra", "extra.test", "address", "10.53.0.9");
  await place.run("ask", "blocked", "blocked.test");
  await place.run("ask", "raw", "raw", "a.test", "address", "10.53.0.1");
  await place.run("ask", "other", "address", "10.53.0.1");
  await place.run("ask", "hostile", ...HOSTILE, "address", "10.53.0.6", "address", "10.53.0.7");
}

Deno.test("names from DNS answers are those that each process has asked for, in samples, events and recordings", async () => {
  const folder = await Deno.makeTempDir(), recording = `${folder}/r.tcptop`;
  await using place = await Place.make();
  const { inode } = place.netns;
  try {
    await using running = await Running.start("-i", "300ms", "--record", recording);
    await askAll(place);
    const sample = await running.until("every connection", (sample) => named(sample, inode).length >= EXPECTED.length);
    deepStrictEqual(named(sample, inode), EXPECTED);
    deepStrictEqual([sample.health.records_invalid, sample.health.dns_unread, sample.health.dns_names_evicted], [
      0,
      0,
      0,
    ]);
    strictEqual(await running.stop(), 0);
    const replayed = await execute(tcptop(["--json", "--replay", recording]));
    deepStrictEqual(named(JSON.parse(replayed.stdout.trimEnd().split("\n").at(-1)!), inode), EXPECTED);
    const { stdout } = await execute(tcptop(["--events", "--json", "--replay", recording]));
    const opened = stdout.trimEnd().split("\n").map((line) => JSON.parse(line)).filter(({ event }) =>
      event === "opened"
    );
    deepStrictEqual(named({ flows: opened }, inode), EXPECTED);
    const filtered = await execute(tcptop(["--batch", "--replay", recording, "-f", "alias.test"]));
    ok(/ask-alias .*10\.53\.0\.3:8053/.test(filtered.stdout), "addresses unless names are asked for");
    const shown = await execute(tcptop(["--batch", "--resolve", "--replay", recording, "-f", "remote:alias.test"]));
    ok(/ask-alias .* alias\.test:8053/.test(shown.stdout), shown.stdout);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("--no-dns-watch looks at no answer", async () => {
  await using place = await Place.make();
  await using running = await Running.start("-i", "300ms", "--no-dns-watch");
  await place.run("ask", "ask-a", "a.test");
  const sample = await running.until("the connection", (sample) => named(sample, place.netns.inode).length > 0);
  deepStrictEqual([sample.source.udp, ...named(sample, place.netns.inode)], ["bpf", "ask-a 10.53.0.1  "]);
});

Deno.test("names from DNS answers are there where sockets are kept in a table", async () => {
  await using place = await Place.make();
  const line = ["env", "TCPTOP_SOCKETS=table", ...tcptop(["--json", "-i", "300ms"])];
  await using running = await Running.of(line);
  await place.run("ask", "ask-late", "late.test");
  const sample = await running.until("the connection", (sample) => named(sample, place.netns.inode).length > 0);
  deepStrictEqual(named(sample, place.netns.inode), ["ask-late 10.53.0.8 late.test dns_answer"]);
  ok((await once("--replay", "examples/demo.tcptop")).flows.length > 0);
});
