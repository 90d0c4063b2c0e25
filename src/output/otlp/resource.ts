import type { Host } from "../../system/host.ts";
import { VERSION } from "../../version.ts";
import type { Attributes } from "./attribute_set.ts";

const ARCHITECTURES: Readonly<Record<string, string>> = { x86_64: "amd64", aarch64: "arm64" };

/** Who tells, and of which machine: where it tells of others (`ofOthers`) points and records have host.name themselves. `more` is the user's, and goes first. */
export function resourceAttributes(host: Host, more: Attributes, ofOthers = false): Attributes {
  const machine = {
    "host.name": host.hostname,
    "host.arch": ARCHITECTURES[host.arch] ?? host.arch,
    "os.type": host.os,
    "os.version": host.kernel,
  };
  return {
    "service.name": "tcptop",
    "service.version": VERSION,
    // Two hosts' series are apart by it in Prometheus, and those of one host stay the same after a restart.
    "service.instance.id": host.hostname,
    ...ofOthers ? {} : machine,
    ...more,
  };
}
