/** The executable where there is nothing else: no Deno, no clang, no libbpf, no HOME, nothing that can be written. */
import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { BareRoot } from "../support/bare_root.ts";
import { EXECUTABLE } from "../support/executable.ts";
import { byEnds, execute, type SampleDocument } from "../support/tcptop.ts";
import { endsOf, Workload } from "../support/workload.ts";

const BYTES = 1009;

Deno.test("the executable shows real connections in a root that holds only glibc", async () => {
  await using root = await BareRoot.make(EXECUTABLE, Deno.execPath());
  const before = await root.files();
  await using workload = await Workload.start("hold", "--count", 23, "--tx", BYTES, "--rx", BYTES);
  const phase = await workload.until("ready");
  const { code, stdout, stderr } = await execute(root.line("--once", "--json"));
  deepStrictEqual({ code, stderr }, { code: 0, stderr: "" });
  const document: SampleDocument = JSON.parse(stdout);
  strictEqual(document.schema, "tcptop.sample/1");
  const flows = byEnds(document.flows);
  const found = endsOf(phase).map(({ side, local, remote }) => {
    const { pid, tx_bytes, rx_bytes } = flows.get(`${local} ${remote}`)!;
    return pid === side.pid && tx_bytes === BYTES && rx_bytes === BYTES;
  });
  deepStrictEqual(found, Array(46).fill(true));
  deepStrictEqual(await root.files(), before);
});

Deno.test("the executable says its version and its usage errors in a root that holds only glibc", async () => {
  await using root = await BareRoot.make(EXECUTABLE, Deno.execPath());
  match((await execute(root.line("--version"))).stdout, /^tcptop \d+\.\d+\.\d+\nOne file, made by [^\n]+\.\n$/);
  const { code, stdout, stderr } = await execute(root.line("--bad"));
  deepStrictEqual({ code, stdout }, { code: 2, stdout: "" });
  match(stderr, /^tcptop: unknown option '--bad'[^\n]+\n$/);
});
