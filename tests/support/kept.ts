/** Where the eBPF programs may keep what they know of sockets on the kernel under test. */
import { ok } from "node:assert/strict";
import { execute, tcptop } from "./tcptop.ts";

/** As TCPTOP_SOCKETS has it. */
export type Kept = "storage" | "table";

/** Hardened kernels, of which a machine of a build farm may have one, refuse walks over socket storage to everybody
 * (docs/decisions/0007-table-of-sockets.md). Such a one is known by the errno of the first program that walks there, EPERM before the verifier; any
 * other reason is a fault of ours, and the tests by storage then fail by themselves. kernel/storage.test.ts has what tcptop does there, and the
 * kernel matrix runs storage on every kernel it boots. */
async function storageIsRefused(): Promise<boolean> {
  const { code, stderr } = await execute(
    tcptop(["--once", "--json", "--interval", "100ms", "--source", "bpf"]),
    { TCPTOP_SOCKETS: "storage", TCPTOP_DEBUG: "1" },
  );
  return code !== 0 &&
    /prog 'tcp_snapshot': BPF program load failed: (Operation not permitted|-EPERM)\n[^]*\n\s*processed 0 insns /.test(
      stderr,
    );
}

/** Once for all files of a run. */
const KNOWN = "TCPTOP_TEST_STORAGE";
let known = Deno.env.get(KNOWN);
if (known === undefined) Deno.env.set(KNOWN, known = await storageIsRefused() ? "refused" : "allowed");
ok(known === "refused" || known === "allowed");

export const STORAGE_IS_REFUSED = known === "refused";
/** All that this kernel has; tests are made for each of them. */
export const KEPT: readonly Kept[] = STORAGE_IS_REFUSED ? ["table"] : ["storage", "table"];
/** The same with netlink, as --source and TCPTOP_SOCKETS. */
export const SOURCES: readonly (readonly ["bpf" | "netlink", Kept | ""])[] = [
  ...KEPT.map((sockets) => ["bpf", sockets] as const),
  ["netlink", ""],
];
