/** Every call of the shim that can fail, with every errno that is likely: in one thread with a false shim, then the program itself. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { TcptopError } from "../../src/errors.ts";
import type { Library } from "../../src/system/shim.ts";
import { ShimSource } from "../../src/source/linux/source.ts";
import type { Note } from "../../src/system/source_info.ts";
import type { SourceOptions } from "../../src/source/source.ts";
import { Faults } from "../support/faults.ts";
import { ERRNOS, SHIM_CALLS, type ShimCall } from "../support/shim_calls.ts";
import { execute, type SampleDocument, tcptop } from "../support/tcptop.ts";

/** A shim whose calls do nothing, successfully, but for one. `freed`: how many of its handles were freed. */
function falseShim({ name }: ShimCall, errno: number, stage: string) {
  const count = { made: 0, freed: 0 };
  const calls: Record<string, (...args: never[]) => unknown> = {
    tcptop__new: () => Deno.UnsafePointer.create(BigInt(++count.made)),
    tcptop__begun: () => null,
    tcptop__free: () => count.freed++,
    tcptop__ends_waits: () => 1,
    tcptop__longest_wait: () => 1,
    tcptop__error: (_: unknown, text: Uint8Array) => new TextEncoder().encodeInto(`${stage}\n`, text).written,
  };
  calls[name] = () => name === "tcptop__new" ? null : -errno;
  const symbols = new Proxy({}, { get: (_, call: string) => calls[call] ?? (() => 0) });
  return { count, library: { symbols, close() {} } as Library };
}

const options = (source: SourceOptions["source"], euid: number): SourceOptions => ({
  source,
  ringBytes: 4096,
  udpTimeoutMs: 1000,
  watchDns: true,
  openings: true,
  shimPath: "",
  shimIsInside: false,
  euid,
  dropTo: { uid: 1, gid: 1 },
  replay: null,
});

/** Opens a source and takes a sample by it. What went wrong, or the notes of one that goes on. */
async function outcome(library: Library, how: SourceOptions): Promise<TcptopError | readonly Note[]> {
  let source: ShimSource | null = null;
  try {
    source = new ShimSource(library, how);
    await source.wait(10);
    source.drain(() => {});
    source.snapshot(() => {});
    return source.info.notes;
  } catch (error) {
    ok(error instanceof TcptopError, `${error}`);
    return error;
  } finally {
    await source?.close();
  }
}

/** One or two sentences that a user can read. */
function readable(text: string): void {
  match(text, /^[A-Za-z][^\n]{10,}$/);
  ok(!/undefined|NaN|null| {2}|\b(tcptop__|at file)|Cannot (tcp|udp)_/.test(text), text);
}

for (const call of SHIM_CALLS) {
  Deno.test(`${call.name} that fails ends with a sentence and a status, or goes on with a note, whatever the errno`, async () => {
    for (const source of new Set([call.source, "auto"] as const)) {
      for (const stage of call.stages) {
        for (const errno of ERRNOS) {
          for (const euid of [0, 1000]) {
            const { count, library } = falseShim(call, errno, stage);
            const said = await outcome(library, options(source, euid));
            if (said instanceof TcptopError) {
              ok([1, 3, 4].includes(said.status), `${said.status}`);
              readable(said.message);
              // Nothing of this machine's kernel is to blame for what it had too little of.
              if ([5, 12, 16, 24, 28].includes(errno)) strictEqual(said.status, 1, said.message);
            } else for (const { message, remedy } of said) [message, remedy ?? message].forEach(readable);
            strictEqual(count.freed, count.made, "a handle was not freed");
          }
        }
      }
    }
  });
}

/** By the program itself: what ends it, at the start or on the way, and what it goes on without. */
const WHOLE: readonly (readonly [name: string, errno: number, after: number, status: number, says: RegExp])[] = [
  ["tcptop__new", 12, 0, 1, /^tcptop: Cannot start: out of memory\n$/],
  [
    "tcptop__load",
    24,
    0,
    1,
    /^tcptop: Cannot find the kernel's BTF: out of file descriptors\. Raise the limit: ulimit -n 1024\n$/,
  ],
  ["tcptop__load", 1, 0, 3, /^tcptop: .*although it is root/],
  ["tcptop__load", 22, 0, 4, /^tcptop: .*EINVAL, invalid argument\. Linux [0-9.]+\S* is new enough: see whether/],
  ["tcptop__udp_load", 28, 0, 0, /UDP flows cannot be seen/],
  ["tcptop__wait", 5, 0, 1, /^tcptop: Cannot wait for records: EIO, I\/O error\. /],
  ["tcptop__drain", 5, 2, 1, /^tcptop: Cannot drain the ring: EIO, I\/O error\. /],
  ["tcptop__snapshot", 12, 1, 1, /^tcptop: Cannot hold a snapshot: out of memory\. /],
  ["tcptop__drop", 1, 0, 1, /^tcptop: Cannot give up root: EPERM, operation not permitted\. --keep-privileges /],
];

Deno.test("tcptop whose shim fails, at the start or on the way, ends with a sentence and the status for it", async () => {
  for (const [name, errno, after, status, says] of WHOLE) {
    const call = SHIM_CALLS.find((call) => call.name === name)!;
    await using faults = await Faults.make({ callErrno: errno, callAfter: after });
    // More than go before what fails: after the last sample nothing is asked of the shim any more.
    const line = tcptop(["--json", "-n", 4, "-i", "100ms", "--udp", "--source", call.source]);
    const { code, stdout, stderr } = await execute(faults.line(line, { name, stage: call.stages[0] }));
    strictEqual(code, status, `${name} ${errno}: ${stderr}`);
    if (status > 0) match(stderr, says);
    else {
      deepStrictEqual([stderr, faults.get("calls")], ["", 1]);
      match(
        (JSON.parse(stdout.split("\n")[0]) as SampleDocument).source.notes.map(({ message }) => message).join(),
        says,
      );
    }
  }
});
