/** Where the kernel lets nobody walk over socket storage, the table does all of it. */
import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { execute, once, tcptop } from "../support/tcptop.ts";
import { STORAGE_IS_REFUSED } from "../support/kept.ts";

Deno.test(`TCP goes by BPF where socket storage is ${STORAGE_IS_REFUSED ? "refused" : "allowed"}, and doctor tells which`, async () => {
  const { source } = await once("--source", "bpf", "--interval", "100ms");
  strictEqual(source.tcp, "bpf");
  const { code, stdout } = await execute(tcptop(["doctor", "--json"])), { checks } = JSON.parse(stdout);
  strictEqual(code, 0);
  const of = (id: string) => checks.find((check: { id: string }) => check.id === id);
  const { ok, needed, detail } = of("program_tcp_snapshot");
  strictEqual(ok, !STORAGE_IS_REFUSED);
  if (ok) return;
  strictEqual(needed, false);
  match(detail, /^iter\/bpf_sk_storage_map refuses it \(EPERM, /);
  deepStrictEqual([of("program_table_tcp_walk").ok, of("program_table_tcp_walk").needed], [true, true]);
});
