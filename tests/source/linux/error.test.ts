import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { ExitStatus } from "../../../src/errors.ts";
import { errnoText } from "../../../src/system/errno.ts";
import { shimError } from "../../../src/source/linux/error.ts";

const EPERM = 1, ENOENT = 2, ENOMEM = 12, EACCES = 13, EINVAL = 22;
const LOADING = "load the TCP programs";

Deno.test("shimError() tells an ordinary user to use sudo", () => {
  for (const errno of [EPERM, EACCES]) {
    const { message, status } = shimError({ errno, stage: LOADING, log: "" }, 1000, "5.10.0-35-amd64");
    strictEqual(
      message,
      "needs root to load its eBPF programs. Run it with sudo, or see less without: --source netlink",
    );
    strictEqual(status, ExitStatus.notPermitted);
    const killing = shimError({ errno, stage: LOADING, log: "" }, 1000, "5.10.0-35-amd64", true);
    strictEqual(killing.message, "needs root to load its eBPF programs. Run it with sudo");
  }
});

Deno.test("shimError() tells root which capability is missing", () => {
  const { message, status } = shimError({ errno: EPERM, stage: LOADING, log: "" }, 0, "5.10.0-35-amd64");
  match(message, /although it is root\. Give it CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN/);
  strictEqual(status, ExitStatus.notPermitted);
});

Deno.test("shimError() says what a kernel lacks and since which version it is there", () => {
  const verifier = "-- BEGIN PROG LOAD LOG --\nunknown func";
  for (
    const [errno, stage, log, words] of [
      [EACCES, LOADING, verifier, /verifier refuses them\. Use Linux 5\.12 or newer with .*; this is 5\.10\./],
      [ENOENT, "find the kernel's BTF", "", /no BTF\. It is there since Linux 5\.4/],
      [EINVAL, "tcp_snapshot", "", /Use Linux 5\.12 or newer/],
      [ENOENT, LOADING, "", /Use Linux 5\.12 or newer/],
    ] as const
  ) {
    const error = shimError({ errno, stage, log }, 0, "5.10.0-35-amd64");
    match(error.message, words);
    strictEqual(error.status, ExitStatus.unsupported);
  }
});

Deno.test("shimError() says to use a smaller ring where memory runs out", () => {
  const { message, status } = shimError({ errno: ENOMEM, stage: LOADING, log: "" }, 0, "5.10.0-35-amd64");
  deepStrictEqual([message, status], [
    "Cannot load the TCP programs: out of memory. Try a smaller --ring-size",
    ExitStatus.failed,
  ]);
});

Deno.test("shimError() keeps errno, stage and log for TCPTOP_DEBUG", () => {
  const { cause } = shimError({ errno: 5, stage: "hold a snapshot", log: "why" }, 0, "5.10.0-35-amd64");
  strictEqual((cause as Error).message, "hold a snapshot: errno 5\nwhy");
});

Deno.test("shimError() blames no kernel for what there was too little of, and says how to have more", () => {
  const EIO = 5, EAGAIN = 11, EBUSY = 16, EMFILE = 24, ENOSPC = 28;
  for (const errno of [EIO, EAGAIN, EBUSY, EMFILE, ENOSPC]) {
    const { message, status } = shimError({ errno, stage: LOADING, log: "" }, 0, "5.10.0-35-amd64");
    deepStrictEqual([/kernel/.test(message), status], [false, ExitStatus.failed], message);
  }
  match(
    shimError({ errno: EMFILE, stage: LOADING, log: "" }, 0, "5.10.0-35-amd64").message,
    /out of file descriptors.*ulimit -n/,
  );
});

Deno.test("shimError() says of a source that ran what failed, not which kernel to use", () => {
  for (const errno of [EPERM, EINVAL]) {
    const { message, status } = shimError({ errno, stage: "drain the ring", log: "" }, 1000, "5.10.0-35-amd64");
    deepStrictEqual([message, status], [
      `Cannot drain the ring: ${errnoText(errno)}. TCPTOP_DEBUG=1 shows more`,
      ExitStatus.failed,
    ]);
  }
});

Deno.test("shimError() and a program's name make a sentence", () => {
  match(
    shimError({ errno: EINVAL, stage: "tcp_state", log: "" }, 0, "5.10.0-35-amd64").message,
    /^Cannot attach the TCP program tcp_state:/,
  );
});
