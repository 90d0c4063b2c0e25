import { thisHost } from "../../system/host.ts";
import { LinuxSystem } from "../../system/linux.ts";
import { type Library, openShim } from "../../system/shim.ts";
import type { CgroupSource, Platform } from "../platform.ts";
import type { FlowSource, SourceOptions } from "../source.ts";
import { ShimSource } from "./source.ts";

/** Linux: everything comes through the shim. */
export class LinuxPlatform extends LinuxSystem implements Platform, CgroupSource {
  readonly host = thisHost();
  readonly #library: Library;
  #source: ShimSource | null = null;

  constructor(readonly options: SourceOptions) {
    const library = openShim(options.shimPath, options.shimIsInside);
    super(library);
    this.#library = library;
  }

  openSource(): FlowSource {
    return this.#source = new ShimSource(this.#library, this.options);
  }

  get cgroups(): CgroupSource {
    return this;
  }

  cgroupPaths(): string {
    return this.#source?.cgroupPaths() ?? "";
  }
}
