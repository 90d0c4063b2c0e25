import { deepStrictEqual, match, ok } from "node:assert/strict";
import { sshArguments } from "../../../src/source/ssh/child.ts";
import { NoRecording } from "../../../src/source/recording/reader.ts";
import { otherVersion, refusal } from "../../../src/source/ssh/refusal.ts";

const RECORDER = { intervalMs: 1000, source: "auto" } as const;
const why = (code: number, stderr: string) => refusal("h", RECORDER, { code, stderr }, new Error("h is empty"));

Deno.test("refusal() knows what ssh, sudo and shells say", () => {
  const codes = [
    [255, "ssh: Could not resolve hostname h: Name or service not known\n", "host_ssh"],
    [255, "ann@h: Permission denied (publickey).\n", "host_ssh"],
    [1, "sudo: a password is required\n", "host_sudo"],
    [
      1,
      "sudo: a terminal is required to read the password; either use the -S option\nsudo: a password is required\n",
      "host_sudo",
    ],
    [1, "Sorry, user ann is not allowed to execute 'tcptop' as root on h.\n", "host_sudo"],
    [1, "sudo: tcptop: command not found\n", "host_no_tcptop"],
    [
      64,
      "tcptop: unrecognized option '--record'\nTry `tcptop --help' or `tcptop --usage' for more information.\n",
      "host_no_tcptop",
    ],
    [127, "bash: line 1: sudo: command not found\n", "host_sudo"],
    [3, "tcptop: needs root\n", "host_failed"],
    [0, "", "host_failed"],
  ] as const;
  deepStrictEqual(codes.map(([code, stderr]) => why(code, stderr).code), codes.map(([, , code]) => code));
  deepStrictEqual(why(3, "tcptop: needs root\n").message, "h: needs root");
  deepStrictEqual(why(0, "").message, "h: its recording is empty");
  deepStrictEqual(
    refusal("h", RECORDER, null, new Deno.errors.NotFound("x")).message,
    "h: there is no ssh on this machine",
  );
});

Deno.test("refusal() says what to do about a shell that greets where the recording should be, whatever else it says", () => {
  const cause = new NoRecording("is not a recording of tcptop"), error = new Error("h is no recording", { cause });
  const greeted = [{ code: 1, stderr: "bash: warning: setlocale\n" }, null].map((end) =>
    refusal("h", RECORDER, end, error)
  );
  const wanted = {
    code: "host_failed",
    message: "h: something else than tcptop writes to standard output there",
    remedy:
      "Have start files of its user's shell there, such as ~/.bashrc, print something in interactive shells alone",
  };
  deepStrictEqual(greeted, [wanted, wanted]);
  deepStrictEqual(refusal("h", RECORDER, { code: 3, stderr: "tcptop: needs root\n" }, error).message, "h: needs root");
});

Deno.test("refusal() shows nothing that moves the cursor, and no more than a line", () => {
  const { message } = why(255, `\x1b[2Jx\r\n${"y\x9b".repeat(9999)}`);
  // deno-lint-ignore no-control-regex
  ok(!/[\x00-\x1f\x7f-\x9f]/.test(message) && message.length < 250, message);
  ok(!otherVersion("h", "\x1b[2J").message.includes("\x1b"));
});

Deno.test("ssh is asked for nothing but what a recording takes", () => {
  const args = sshArguments("ann@h", { intervalMs: 500, source: "netlink" });
  deepStrictEqual(args.slice(args.indexOf("--")), [
    ...["--", "ann@h", "sudo", "-n", "tcptop", "--record", "-", "--interval", "500ms", "--source", "netlink"],
  ]);
  match(args.join(" "), /^-T -a -x .*BatchMode=yes/);
});
