import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { judgeOf, PolicyError, readPolicy, refusals, refusalSentences } from "../../src/output/policy.ts";
import { learnedLines, learnedText } from "../../src/output/learned.ts";
import { Seen } from "../../src/output/seen.ts";
import { printFilter } from "../../src/view/filter/ast.ts";
import type { Sample } from "../../src/flow/sample.ts";
import { type FakeFlow, fakeSample } from "../view/fake_sample.ts";

const all = ({ length }: Sample) => [...Array(length).keys()];

function seenOf(flows: readonly FakeFlow[], policy = "", inside = false): Seen {
  const seen = new Seen(all, judgeOf(readPolicy("p", policy), inside));
  seen.add(fakeSample(flows));
  return seen;
}

const sentencesOf = (seen: Seen) => refusalSentences(refusals(seen));

const errorOf = (text: string) => {
  try {
    readPolicy("p.txt", text);
  } catch (error) {
    if (error instanceof PolicyError) return error.message;
    throw error;
  }
  throw new Error("it was taken");
};

Deno.test("readPolicy() says file, line and column of what is wrong, with a caret", () => {
  strictEqual(readPolicy("p", "# one\n\nprocess=curl\r\n  dport:443 or dport:80\n").length, 2);
  const commented = 'curl # as "root\n#\n  # two\nprocess="a # b" # c\nx#y\n';
  deepStrictEqual(readPolicy("p", commented).map(({ filter }) => printFilter(filter)), [
    "curl",
    'process="a # b"',
    '"x#y"',
  ]);
  strictEqual(
    errorOf("# one\nprocess=curl dport:99999\n"),
    "p.txt:2:20: '99999' is neither a port nor a range such as 8000-8999\n  process=curl dport:99999\n                     ^",
  );
  strictEqual(errorOf("(curl"), "p.txt:1:1: this parenthesis is not closed\n  (curl\n  ^");
  strictEqual(errorOf("\tcurl )"), "p.txt:1:7: this parenthesis closes nothing\n   curl )\n        ^");
  // Wide and hostile characters do not move the caret.
  strictEqual(errorOf("日本 \x1b[2J )").split("\n").slice(1).join("\n"), "  日本 ␛[2J )\n            ^");
});

Deno.test("refusals() tells what no rule allows, those that are alike together, and what leaves the machine alone", () => {
  const flows: FakeFlow[] = [
    { process: "curl", pid: 7, remote: ["1.1.1.1", 443], rx: 5, tx: 1 },
    { process: "curl", pid: 7, remote: ["1.1.1.1", 443], rx: 6, tx: 1 },
    { process: "nc", pid: 9, remote: ["2001:db8::1", 25], local: ["2001:db8::2", 5] },
    { process: "sshd", pid: 8, remote: ["9.9.9.9", 5555], local: ["10.0.0.2", 22], direction: "in" },
    { process: "nc", remote: ["127.0.0.1", 26], inside: true },
  ];
  deepStrictEqual(sentencesOf(seenOf(flows)), [
    "Not allowed: curl to 1.1.1.1:443/tcp: 2 flows by process 7, in 11 B, out 2 B",
    "Not allowed: nc to [2001:db8::1]:25/tcp: 1 flow by process 9, in 0 B, out 0 B",
    "Not allowed: sshd from 9.9.9.9 at its port 22/tcp: 1 flow by process 8, in 0 B, out 0 B",
  ]);
  deepStrictEqual(sentencesOf(seenOf(flows, "process=curl\nsport:22\nport:25")), []);
  deepStrictEqual(sentencesOf(seenOf(flows, "not dport:26", true)).length, 1);
  const many = [...Array(70).keys()].map((i): FakeFlow => ({ remote: ["1.1.1.1", i + 1] }));
  deepStrictEqual(sentencesOf(seenOf(many)).slice(50), ["Not allowed: 20 more, of which only the first 50 are told"]);
});

Deno.test("learnedLines() allow exactly what was seen", () => {
  const flows: FakeFlow[] = [
    { process: "curl", remote: ["1.1.1.1", 443] },
    { process: "Web Content", remote: ["2001:db8::1", 443], local: ["2001:db8::2", 5000] },
    { process: "sshd", remote: ["9.9.9.9", 5555], local: ["10.0.0.2", 22], direction: "in" },
    { process: null, protocol: "udp", remote: ["8.8.8.8", 53] },
  ];
  const lines = learnedLines(seenOf(flows).flows);
  deepStrictEqual(lines, [
    'process="Web Content" remote="2001:db8::1" dport:443 proto:tcp',
    "process=- remote=8.8.8.8 dport:53 proto:udp",
    "process=curl remote=1.1.1.1 dport:443 proto:tcp",
    "process=sshd remote=9.9.9.9 direction:in sport:22 proto:tcp",
  ]);
  deepStrictEqual(sentencesOf(seenOf(flows, lines.join("\n"))), []);
  const others: FakeFlow[] = [
    { process: "curly", remote: ["1.1.1.1", 443] },
    { process: "curl", remote: ["1.1.1.10", 443] },
    { process: "curl", remote: ["1.1.1.1", 4430] },
    { process: "curl", remote: ["1.1.1.1", 443], protocol: "udp" },
    { process: "sshd", remote: ["9.9.9.9", 22], local: ["10.0.0.2", 5555] },
  ];
  strictEqual(sentencesOf(seenOf(others, lines.join("\n"))).length, others.length);
});

Deno.test("learnedLines() allow what was seen whatever names were chosen for it", () => {
  const names = ["a/b.example", "9.9.9.9", "1.1.1.*", "fe80::1%lo", "10.0.0.0/33", "1.1.1.1-1.1.1.9", 'q"\\', "", "#c"];
  const hosts = new Map(names.map((name, i) => [`10.1.${i}.1`, name]));
  for (const process of ["", "-", "#", "a\u202eb", "\u200b", "\x1b[2J", "and", "a=b"]) {
    const flows = names.map((_, i): FakeFlow => ({ process, remote: [`10.1.${i}.1`, 443] }));
    const see = (policy: string) => {
      const seen = new Seen(all, judgeOf(readPolicy("p", policy), false));
      seen.add(fakeSample(flows, { hosts }));
      return seen;
    };
    const text = learnedText(see("").flows);
    deepStrictEqual(sentencesOf(see(text)), [], text);
    // What another process says at these addresses, or this one at those that the names look like, is not allowed by it.
    const others = names.map((_, i): FakeFlow => ({ process: "other", remote: [`10.1.${i}.1`, 443] }));
    others.push({ process, remote: ["9.9.9.9", 443] }, { process, remote: ["1.1.1.2", 443] });
    strictEqual(seenOf(others, text).flows.filter(({ allowed }) => allowed).length, 0, text);
    strictEqual(/[\p{Cc}\p{Cf}]/u.test(text.replaceAll("\n", "")), false, text);
  }
});

Deno.test("learnedLines() have a network in the place of many addresses in it", () => {
  const flows = [...Array(9).keys()].map((i): FakeFlow => ({ remote: [`10.1.2.${i}`, 443] }));
  deepStrictEqual(learnedLines(seenOf(flows.slice(0, 8)).flows).length, 8);
  deepStrictEqual(learnedLines(seenOf(flows).flows), ["process=curl remote=10.1.2.0/24 dport:443 proto:tcp"]);
});

Deno.test("learnedText() is the same in whatever order it was learnt, and keeps rules and comments of the user's own", () => {
  const a: FakeFlow = { process: "a", remote: ["1.1.1.1", 443] },
    b: FakeFlow = { process: "b", remote: ["1.1.1.1", 443] };
  const learn = (...runs: FakeFlow[][]) => runs.reduce((text, flows) => learnedText(seenOf(flows).flows, text), "");
  strictEqual(learn([a], [b], [a, b]), learn([b, a], [a], [b]));
  const own = learnedText(seenOf([a]).flows, "# for the mirror\nremote:10.0.0.0/8\n# at the end\n");
  deepStrictEqual(own.split("\n").slice(2), [
    "process=a remote=1.1.1.1 dport:443 proto:tcp",
    "# for the mirror",
    "remote:10.0.0.0/8",
    "# at the end",
    "",
  ]);
  strictEqual(learnedText([], own), own);
  const behind = learnedText(seenOf([a]).flows, `# one\nprocess=a remote=1.1.1.1 dport:443 proto:tcp # of "mine\n`);
  deepStrictEqual(behind.split("\n").slice(2), [
    "# one",
    '# of "mine',
    "process=a remote=1.1.1.1 dport:443 proto:tcp",
    "",
  ]);
});

Deno.test("a name in a rule is one that was asked for, not one from reverse DNS", () => {
  throws(() => readPolicy("p", "remote=2001:db8::/200"), PolicyError);
});
