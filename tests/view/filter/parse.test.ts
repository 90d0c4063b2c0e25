import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import { type Filter, FilterError, printFilter } from "../../../src/view/filter/ast.ts";
import { parseFilter } from "../../../src/view/filter/parse.ts";

const plain = { noNullPrototype: true } as const;
const any = (text: string): Filter => ({ kind: "any", text });
const field = (field: string, value: string): Filter => ({ kind: "field", field, value });

Deno.test("parseFilter() gives null for blank text", () => {
  strictEqual(parseFilter(""), null);
  strictEqual(parseFilter("  \t"), null);
});

Deno.test("parseFilter() binds words closer than or, and not closest", () => {
  deepStrictEqual(parseFilter("a b or not c and d"), {
    kind: "or",
    terms: [
      { kind: "and", terms: [any("a"), any("b")] },
      { kind: "and", terms: [{ kind: "not", term: any("c") }, any("d")] },
    ],
  });
  deepStrictEqual(parseFilter("a (b or c)"), {
    kind: "and",
    terms: [any("a"), { kind: "or", terms: [any("b"), any("c")] }],
  });
  deepStrictEqual(parseFilter("!a"), parseFilter("NOT a"));
});

Deno.test("parseFilter() takes addresses and endpoints as words", () => {
  for (
    const text of ["fe80::1", "::1", "2001:db8::/32", "10.0.0.1:443", "[::1]:443", "dead:beef::1", "example.org:443"]
  ) {
    deepStrictEqual(parseFilter(text), any(text));
  }
});

Deno.test("parseFilter() reads fields, comparisons and quotes", () => {
  deepStrictEqual(parseFilter("process:curl"), field("process", "curl"));
  deepStrictEqual(parseFilter('Process:"a b"'), field("process", "a b"));
  deepStrictEqual(parseFilter("remote:2001:db8::/32"), field("remote", "2001:db8::/32"));
  deepStrictEqual(parseFilter('"and"'), any("and"));
  deepStrictEqual(parseFilter("Failed"), { kind: "failed" });
  deepStrictEqual(parseFilter('"failed"'), any("failed"));
  deepStrictEqual(parseFilter('"a\\"b"'), any('a"b'));
  const rtt = { kind: "compare", column: "rtt", unit: "us", operator: ">", value: 50000 };
  deepStrictEqual(parseFilter("rtt>50ms"), rtt);
  deepStrictEqual(parseFilter("rtt > 50 ms".replace(" ms", "ms")), rtt);
  // By either letter that Unicode has for it.
  for (const text of ["rtt>50000µs", "rtt>50000μs"]) deepStrictEqual(parseFilter(text), rtt);
  deepStrictEqual(parseFilter("rx/s>=1.5MiB/s"), {
    kind: "compare",
    column: "rx/s",
    unit: "bytes/s",
    operator: ">=",
    value: 1572864,
  });
});

Deno.test("parseFilter() takes the name of a unit as a word where it cannot be one, or stands in quotes", () => {
  const compare = { kind: "compare", column: "rx", unit: "bytes", operator: ">", value: 1 } as const;
  deepStrictEqual(parseFilter('rx>1 "MiB"'), { kind: "and", terms: [compare, any("MiB")] });
  for (const text of ['rx>1 "MiB"', 'not rx>1 "b"', "(rx>1 or a) b"]) {
    strictEqual(printFilter(parseFilter(text)!), text);
  }
  deepStrictEqual(parseFilter("rx>1 and MiB"), { kind: "and", terms: [compare, any("MiB")] });
  deepStrictEqual(parseFilter("rx>1 MiBs"), { kind: "and", terms: [compare, any("MiBs")] });
  for (const text of ["MiB rx>1", "rx>1KiB m", "retrans>0 ms", "pid=3 d", "m"]) parseFilter(text);
});

const WRONG: readonly (readonly [string, number, RegExp])[] = [
  ["a )", 2, /closes nothing/],
  ["(a", 0, /not closed/],
  ["a or", 4, /must follow/],
  ["or a", 0, /'or' cannot stand here/],
  ["not", 3, /must follow/],
  ["proces:curl", 0, /no field is called 'proces'; there are process, pid/],
  ["port:70000", 5, /neither a port/],
  ["a state:x", 8, /'x' is none of ESTABLISHED/],
  ["local:10.0.0.0/33", 6, /no address range/],
  ["rtt>50", 4, /needs its unit, such as 50ms/],
  ["rtt > 50 ms", 9, /^a unit stands right behind its number: write rtt>50ms; a word that is meant stands in quotes/],
  ["rx/s>1 MiB", 7, /write rx\/s>1MiB;/],
  ["a tx/s >= 1.5 mbit/s b", 14, /write tx\/s>=1.5mbit\/s;/],
  ["(rx>10 k)", 7, /write rx>10k;/],
  ["not age < 10 s", 13, /write age<10s;/],
  ["rate>0 GiB or a", 7, /write rate>0GiB;/],
  ["rx>1 mbit", 5, /'mbit' is no unit here; write a value such as 1MiB/],
  ["rtt>50q", 4, /'q' is no unit/],
  ["rtt>", 4, /nothing stands after 'rtt>'/],
  ["user:", 5, /nothing stands after 'user:'/],
  ["user>3", 0, /write user:ann/],
  ["rtt:3", 0, /write rtt> or rtt</],
  ["user!=ann", 0, /^'user' cannot be compared with !=; write not user:ann \(at/],
  ['a process!="Web Content"', 2, /; write not process="Web Content" \(at/],
  ["port!=70000", 0, /; write not port:8000-8999 \(at/],
  ["a && b", 2, /^write and for &&; a word that is meant stands in quotes/],
  ["a || b", 2, /^write or for \|\|;/],
  ["a | b", 2, /^write or for \|;/],
  ["not 10.0.0.0/33", 4, /^'10.0.0.0\/33' is no address range such as 10.0.0.0\/8/],
  ["10.0/16", 0, /no address range/],
  ["2001:db8::/129", 0, /no address range/],
  ["10.0.0.1-10.0.0.9", 0, /no address range/],
  ["remote:10.0.0.1,::1", 7, /no address range/],
  ["remote=10.0.0.1,::1", 7, /no address range/],
  ["local:10.0.0.*", 6, /no address range/],
  ["50ms<rtt", 0, /^a comparison begins with its column, as rtt>50ms; a word that is meant stands in quotes/],
  ["(=b)", 1, /begins with its column/],
  ["rtt>50 μs", 7, /write rtt>50μs;/],
  ['a "b', 2, /no end/],
  ["process:py*", 8, /^a part of a text is enough, and \* stands for itself alone; one that is meant stands in quotes/],
  ["process=py*", 8, /stands for itself/],
  ["a remote:*.example.org", 9, /stands for itself/],
  ["ngin*", 0, /stands for itself/],
  ["process:'Web Content'", 8, /^a quote is " here, as in "Web Content", and not '/],
  ["not “Web Content”", 4, /^a quote is " here, .* and not “/],
  ["tcp port 443", 4, /^write port:443; a word that is meant stands in quotes/],
  ["not State established", 4, /^write state:established;/],
  ["port http", 0, /^write port:8000-8999;/],
  ["a or (host 10.0.0.1)", 6, /^write 10.0.0.1 alone, which is either end, or host:10.0.0.1 for one of --hosts;/],
  ["src 10.0.0.1", 0, /^write local:10.0.0.1;/],
  ["dst port 80", 0, /^write remote: or dport:;/],
  ["process == curl", 0, /^write = for ==/],
  ["rtt==5ms", 0, /^write = for ==/],
  ["exe=~py", 0, /^a part of a text is enough: write exe: for exe=~/],
  ["(".repeat(200) + "a", 100, /too deeply/],
];

Deno.test("parseFilter() takes what is like a range or a sign of another language as a word where it stands in quotes", () => {
  for (const word of ["10.0.0.0/33", "10.0.0.1,10.0.0.2", "&&", "a->b", "=b", "py*", "'a", "“a”", "port", "src"]) {
    const text = `"${word}"`;
    deepStrictEqual(parseFilter(text), any(word));
    strictEqual(printFilter(any(word)), text);
  }
  for (
    const text of ["a&&b", "a/1", "kworker/0:1", "10.0.0.1/8", "a-b", "1.2.3.4-x", "*", "*:53", "[::]:*", "o'brien"]
  ) {
    deepStrictEqual(parseFilter(text), any(text));
  }
});

Deno.test("parseFilter() says what is wrong and where", () => {
  for (const [text, position, problem] of WRONG) {
    throws(() => parseFilter(text), (error: unknown) => {
      strictEqual(error instanceof FilterError, true, text);
      strictEqual((error as FilterError).position, position, text);
      return problem.test((error as FilterError).message);
    }, text);
  }
});

const fields = fc.oneof(
  fc.record({
    kind: fc.constant("field" as const),
    field: fc.constantFrom("process", "user", "remote", "container"),
    value: words(),
  }, plain),
  fc.record(
    { kind: fc.constant("field" as const), field: fc.constant("port"), value: fc.nat(65535).map(String) },
    plain,
  ),
  fc.record(
    { kind: fc.constant("field" as const), field: fc.constant("proto"), value: fc.constantFrom("tcp", "udp") },
    plain,
  ),
);
const compared = fc.constantFrom(
  ["rtt", "us"] as const,
  ["age", "ms"] as const,
  ["rx/s", "bytes/s"] as const,
  ["rx", "bytes"] as const,
  ["retrans", "count"] as const,
).chain(([column, unit]) =>
  fc.record({
    kind: fc.constant("compare" as const),
    column: fc.constant(column),
    unit: fc.constant(unit),
    operator: fc.constantFrom(">=", "<=", "!=", "=", ">", "<"),
    value: fc.oneof(fc.maxSafeNat(), fc.nat(4096).map((n) => n * 1024), fc.nat(9999999).map((n) => n / 1000)),
  }, plain)
);

function words() {
  return fc.string({ minLength: 1, unit: "grapheme" }).filter((text) => !text.includes("/"));
}

const { filter } = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.record(
      { kind: fc.constant("any" as const), text: fc.oneof(words(), fc.constantFrom("MiB", "m")) },
      plain,
    ) as fc.Arbitrary<Filter>,
    fields as fc.Arbitrary<Filter>,
    compared as fc.Arbitrary<Filter>,
    fc.record({ kind: fc.constant("not" as const), term: tie("filter") }, plain),
    fc.record({
      kind: fc.constantFrom("and" as const, "or" as const),
      terms: fc.array(tie("filter"), { minLength: 2, maxLength: 4 }),
    }, plain),
  ),
}));

Deno.test("parseFilter() of printFilter() is the same filter", () => {
  fc.assert(fc.property(filter, (filter) => deepStrictEqual(parseFilter(printFilter(filter)), filter)), {
    numRuns: 1000,
  });
});

Deno.test("parseFilter() answers nonsense with a position inside the text", () => {
  const bits = fc.constantFrom(
    "(",
    ")",
    "a",
    " ",
    '"',
    "and",
    "or",
    "not",
    ":",
    ">",
    "rtt",
    "port",
    "1",
    "ms",
    "\\",
    "é",
    "/",
  );
  fc.assert(
    fc.property(fc.array(bits).map((parts) => parts.join("")), (text) => {
      try {
        parseFilter(text);
      } catch (error) {
        if (!(error instanceof FilterError)) throw error;
        strictEqual(error.position >= 0 && error.position <= text.length, true);
        strictEqual(error.problem.length > 10, true);
      }
    }),
    { numRuns: 2000 },
  );
});

Deno.test("parseFilter() reads characters by their number", () => {
  deepStrictEqual(parseFilter('"a\\u{a}b\\u{1F600}\\x\\u{110000}"'), any("a\nb\u{1f600}x\\u{110000}"));
});

Deno.test("printFilter() writes any text as one line of UTF-8, from which it is read again", () => {
  const characters = fc.oneof(
    fc.constantFrom("\n", "\r", "\0", "\x1b", "\x85", "\u2028", "\ud800", "\udc00", '"', "\\", "u{a}", "\ufeff"),
    fc.string({ unit: "binary", maxLength: 3 }),
  );
  fc.assert(
    fc.property(fc.array(characters, { minLength: 1 }).map((parts) => parts.join("")), (text) => {
      fc.pre(text !== "");
      const line = printFilter({ kind: "field", field: "process", value: text, exact: true });
      strictEqual(/[\p{Cc}\p{Cf}\u2028\u2029]/u.test(line), false);
      const read = new TextDecoder().decode(new TextEncoder().encode(line));
      deepStrictEqual(parseFilter(read), { kind: "field", field: "process", value: text, exact: true });
    }),
    { numRuns: 2000 },
  );
});

Deno.test("parseFilter() takes the name of a field as a word where no bare word stands behind it, and where it stands in quotes", () => {
  for (
    const [text, ...words] of [["port", "port"], ["a host", "a", "host"], ['"port" 443', "port", "443"], [
      "port and 443",
      "port",
      "443",
    ]]
  ) {
    const filter = parseFilter(text);
    deepStrictEqual(filter, words.length === 1 ? any(words[0]) : { kind: "and", terms: words.map(any) });
    deepStrictEqual(parseFilter(printFilter(filter!)), filter);
  }
});
