import { thisHost } from "../../system/host.ts";
import { LinuxSystem } from "../../system/linux.ts";
import { type Library, openShim } from "../../system/shim.ts";
import type { CgroupSource, Platform } from "../platform.ts";
import type { FlowSource, SourceOptions } from "../source.ts";
import { commandCgroups } from "../../system/command.ts";
import { cgroupScope, treeScope } from "../scoped/scope.ts";
import { ScopedSource } from "../scoped/source.ts";
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
    const source = this.#source = new ShimSource(this.#library, this.options), { scope = null } = this.options;
    if (scope === null) return source;
    return new ScopedSource(
      source,
      "tree" in scope ? treeScope(scope.tree) : cgroupScope(scope.cgroup, () => this.#below()),
    );
  }

  get cgroups(): CgroupSource {
    return this;
  }

  cgroupPaths(): string {
    const paths = this.#source?.cgroupPaths() ?? "", { scope = null } = this.options;
    if (scope === null || "tree" in scope) return paths;
    const within = new Set([scope.cgroup, ...this.#below().split("\n").map((line) => parseInt(line))]);
    return paths.split("\n").filter((line) => within.has(parseInt(line))).join("\n");
  }

  /** The cgroups below that of the scope, as cgroupPaths() has them. */
  #below(): string {
    const { scope = null } = this.options;
    return scope !== null && "folder" in scope ? commandCgroups(this.#library, scope.folder) : "";
  }
}
