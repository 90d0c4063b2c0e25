import { HostsFile } from "./hosts_file.ts";
import { type MachineFacts, parseMachineFacts } from "./machine.ts";
import type { SelfUse } from "./self_use.ts";
import { type Library, newHandle } from "./shim.ts";

/** More of a command line than a wide terminal shows. */
const COMMAND_BYTES = 1024;
/** A script is the second argument, or the third: "/usr/bin/python3 -u /opt/agent/agent.py". */
const NAMING_ARGUMENTS = 3;

/** What Linux tells of itself and of its processes, asked through the shim. */
export class LinuxSystem {
  readonly #library: Library;
  readonly #self = new BigUint64Array(4);
  readonly #hosts = new HostsFile();
  readonly #text = new Uint8Array(1 << 16);

  constructor(library: Library) {
    this.#library = library;
  }

  processCgroups(pid: number | null, startNs = 0): string | null {
    const { tcptop__process_cgroups } = this.#library.symbols, { length } = this.#text;
    const bytes = tcptop__process_cgroups(pid ?? Deno.pid, BigInt(startNs), this.#text, length);
    return bytes > 0 ? new TextDecoder().decode(this.#text.subarray(0, bytes)) : null;
  }

  machineFacts(): MachineFacts {
    const { tcptop__doctor, tcptop__free } = this.#library.symbols;
    const handle = newHandle(this.#library), text = new Uint8Array(1 << 14);
    const bytes = tcptop__doctor(handle, text, text.length);
    tcptop__free(handle);
    return parseMachineFacts(new TextDecoder().decode(text.subarray(0, bytes)));
  }

  async userName(uid: number): Promise<string | null> {
    const name = new Uint8Array(256), bytes = await this.#library.symbols.tcptop__user(uid, name, name.length);
    return bytes > 0 ? new TextDecoder().decode(name.subarray(0, bytes)) : null;
  }

  commandLine(pid: number, startNs: number): string | null {
    return this.#arguments(pid, startNs)?.replaceAll("\0", " ") ?? null;
  }

  argumentNames(pid: number, startNs: number): string[] | null {
    return this.#arguments(pid, startNs)?.split("\0", NAMING_ARGUMENTS).map((text) => text.replace(/^.*\//s, "")) ??
      null;
  }

  #arguments(pid: number, startNs: number): string | null {
    const text = this.#text.subarray(0, COMMAND_BYTES);
    const bytes = this.#library.symbols.tcptop__command_line(pid, BigInt(startNs), text, text.length);
    return bytes > 0 ? new TextDecoder().decode(text.subarray(0, bytes)) : null;
  }

  timeWaits(pid: number): number | null {
    const count = this.#library.symbols.tcptop__time_wait(pid);
    return count < 0 ? null : count;
  }

  listenOverflows(pid: number): number | null {
    const count = Number(this.#library.symbols.tcptop__listen_overflows(pid));
    return count < 0 ? null : count;
  }

  networkNamespace(): number {
    return this.#library.symbols.tcptop__network_namespace();
  }

  hosts(): string | null {
    return this.#hosts.text();
  }

  interfaces(pid: number): string | null {
    const bytes = this.#library.symbols.tcptop__interfaces(pid, this.#text, this.#text.length);
    return bytes > 0 ? new TextDecoder().decode(this.#text.subarray(0, bytes)) : null;
  }

  selfUse(): SelfUse {
    this.#library.symbols.tcptop__self(this.#self);
    const [nowNs, , cpuNs, residentBytes] = this.#self;
    return { nowNs: Number(nowNs), cpuNs: Number(cpuNs), residentBytes: Number(residentBytes) };
  }
}
