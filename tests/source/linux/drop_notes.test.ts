import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { dropsUnknown } from "../../../src/source/linux/drop_notes.ts";

const EPERM = 1, ENOENT = 2, EMFILE = 24;

Deno.test("dropsUnknown() blames the kernel where it is the kernel's", () => {
  const { message, remedy } = dropsUnknown(ENOENT, "auto", 0, "5.15.0");
  match(message, /: this kernel does not say it, as those from Linux 5\.17 on do$/);
  match(remedy!, /^Use Linux 5\.17 or newer .*; this is 5\.15\.0$/);
  match(dropsUnknown(ENOENT, "auto", 0, "6.1.0").remedy!, /^Linux 6\.1\.0 is new enough: /);
});

Deno.test("dropsUnknown() blames what has run out, a right that is missing, or what was asked for", () => {
  const { code, message, remedy } = dropsUnknown(EMFILE, "auto", 0, "6.1.0");
  deepStrictEqual([code, remedy], ["drop_reasons_unknown", "Raise the limit: ulimit -n 1024"]);
  match(message, /\(out of file descriptors\)$/);
  match(dropsUnknown(EPERM, "auto", 0, "6.1.0").message, /the kernel refuses/);
  match(dropsUnknown(EPERM, "auto", 1000, "6.1.0").remedy!, /^Run it with sudo/);
  strictEqual(dropsUnknown(0, "netlink", 0, "6.1.0").remedy, "Leave out --source");
  strictEqual(dropsUnknown(0, "netlink", 1000, "6.1.0").remedy, "Run it with sudo, and leave out --source");
  strictEqual(dropsUnknown(0, "auto", 0, "6.1.0").remedy, "tcptop doctor says what is missing");
});
