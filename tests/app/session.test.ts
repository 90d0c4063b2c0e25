import { deepStrictEqual } from "node:assert/strict";
import { DnsAnswerLayout, Tag } from "../../src/wire/layout.ts";
import { a, dnsMessage, pointer } from "../support/dns.ts";
import { live, record as bytesOf, tick } from "../support/records.ts";
import { record } from "../support/recording.ts";
import { execute, type SampleDocument, tcptop } from "../support/tcptop.ts";

Deno.test("Session tells no name of a recording's answers with --no-dns-watch, and filters know none", async () => {
  const payload = dnsMessage({ asked: "one.example", answers: [a(pointer(12), "1.1.1.1")] });
  const size = DnsAnswerLayout.byteLength, owner = { tgid: 1234, ownerStartNs: 7n };
  const fields = { tag: Tag.dnsAnswer, size, bytes: payload.length, timeNs: 500n };
  const steps = [
    { drained: [bytesOf(DnsAnswerLayout, { ...fields, ...owner, payload })] },
    { snapshot: [live(owner), tick(1e9)] },
    { snapshot: [live(owner), tick(2e9)] },
  ];
  const path = await Deno.makeTempFile();
  await Deno.writeFile(path, await record(steps));
  const names = async (...args: string[]) => {
    const { stdout } = await execute(tcptop(["--replay", path, "--once", "--json", ...args]));
    return (JSON.parse(stdout) as SampleDocument).flows.map(({ remote }) => [remote!.name, remote!.name_from]);
  };
  deepStrictEqual(await names(), [["one.example", "dns_answer"]]);
  deepStrictEqual(await names("--no-dns-watch"), [[null, null]]);
  deepStrictEqual(await names("--filter", "remote=one.example"), [["one.example", "dns_answer"]]);
  deepStrictEqual(await names("--no-dns-watch", "--filter", "remote=one.example"), []);
  await Deno.remove(path);
});
