import { ExitStatus, TcptopError } from "../../errors.ts";
import { diagnoseMac } from "../../system/darwin/diagnosis.ts";
import type { Diagnosis } from "../../system/diagnosis.ts";
import { reachOf } from "../../system/darwin/pcblist.ts";
import { DarwinSystem, NO_SYSTEM, type System } from "../../system/darwin/system.ts";
import { HostsFile } from "../../system/hosts_file.ts";
import { NettopSource } from "./source.ts";
import type { Platform } from "../platform.ts";
import { runtimeSelfUse, type SelfUse } from "../../system/self_use.ts";
import { thisHost } from "../../system/host.ts";
import type { FlowSource, SourceOptions } from "../source.ts";
import type { SourceInfo } from "../../system/source_info.ts";

const NETTOP = "/usr/bin/nettop";
const SCRIPT = "/usr/bin/script";

/** macOS: nettop for the connections, libproc for names and users. No root and no library of ours. */
export class MacosPlatform implements Platform {
  readonly host = thisHost();
  readonly #system: System;
  readonly #hosts = new HostsFile();
  #source: NettopSource | null = null;

  /** For tests, TCPTOP_NETTOP and TCPTOP_SCRIPT name programs to run instead, and the system need not be macOS. */
  constructor(os: typeof Deno.build.os, readonly options: SourceOptions) {
    this.#system = os === "darwin" ? new DarwinSystem() : NO_SYSTEM;
  }

  openSource(): FlowSource {
    const { source } = this.options;
    if (source !== "auto") {
      throw new TcptopError(`Cannot use --source ${source}: only Linux has it. Leave it out`, ExitStatus.unsupported);
    }
    return this.#source = new NettopSource({
      nettop: Deno.env.get("TCPTOP_NETTOP") ?? NETTOP,
      script: Deno.env.get("TCPTOP_SCRIPT") ?? SCRIPT,
      nowMs: () => performance.now(),
      wallMs: () => Date.now(),
      uid: Deno.uid(),
    }, this.#system);
  }

  diagnose(source: SourceInfo | null): Diagnosis {
    const tcp = this.#system.sockets("tcp"), udp = this.#system.sockets("udp");
    const facts = {
      launchdPath: this.#system.path(1),
      rootName: this.#system.userName(0),
      tcpSockets: tcp?.length ?? null,
      reach: reachOf([...tcp ?? [], ...udp ?? []], Deno.uid()),
    };
    return diagnoseMac(facts, source);
  }

  userName(uid: number): string | null {
    return this.#system.userName(uid);
  }

  newProcessNames(): [pid: number, name: string][] {
    return this.#source?.processes.takeNames() ?? [];
  }

  /** Without nettop's own share. */
  hosts(): string | null {
    return this.#hosts.text();
  }
  selfUse(): SelfUse {
    return runtimeSelfUse();
  }
}
