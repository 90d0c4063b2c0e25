import { ok, strictEqual } from "node:assert/strict";
import { readBoot } from "../../scripts/matrix-boot.ts";
import { pageText } from "../../scripts/matrix-table.ts";

const BPF = readBoot(
  "6.1",
  "package version=6.1.192-2 mode=plain\nfeature btf=yes\nprogram tcp_state hook=h load=yes attach=yes\n" +
    "source tcp=bpf\nverified most=903 tcp_walk\nverified table_most=18660 tcp_walk\nworkload held exact=yes 92 of 92 sockets\n",
);
const REFUSED = readBoot(
  "5.10",
  "package version=5.10.262-1 mode=plain\nfeature btf=yes\nprogram tcp_state hook=h load=EINVAL attach=- unknown func f#1\n" +
    "source tcp=none bpf=EINVAL\n",
);
const page = pageText([REFUSED, BPF], ["5.15"], "2026-01-02", "clang 14");
const rows = page.split("\n").filter((line) => line.startsWith("| "));

Deno.test("pageText() has a row for each kernel and only columns that a kernel filled", () => {
  strictEqual(
    rows[0],
    "| Linux | BTF | TCP programs that attach | Verified at most | TCP source | Held |",
  );
  strictEqual(rows[2], "| 5.10.262-1 | yes | 0 of 1 | - | none | - |");
  strictEqual(rows[3], "| 6.1.192-2 | yes | 1 of 1 | 18,660 | bpf | exact (92) |");
});

Deno.test("pageText() says what was refused, what is missing, and when", () => {
  ok(
    page.includes(
      '- 5.10: `tcp_state` (h) does not load: EINVAL, "unknown func f#1"',
    ),
  );
  ok(page.includes("The mirror has no kernel of these series: 5.15."));
  ok(page.includes("Run on 2026-01-02, built with clang 14."));
});

Deno.test("pageText() tells kernels of one version apart by what they were built for", () => {
  const boot = (flavour: string) =>
    readBoot("x", `package version=7.3.4-1 mode=plain flavour=${flavour}\nsource tcp=bpf\n`);
  const text = pageText([boot("amd64"), boot("arm64"), boot("arm64-16k")], [], "2026-01-02", "");
  strictEqual(
    text.split("\n").filter((line) => line.startsWith("| 7")).join("\n"),
    "| 7.3.4-1 | bpf |\n| 7.3.4-1, arm64 | bpf |\n| 7.3.4-1, arm64-16k | bpf |",
  );
});
