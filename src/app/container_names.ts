import type { Cgroup } from "../flow/container.ts";
import { Engine } from "./engine.ts";

const MOST_NAMES = 1 << 14;
const MOST_ENTRIES = 1 << 14;
const LOGS = "/var/log/containers";

/** Names of containers, asked for in the background: a sample shows those that are known by then. */
export class ContainerNames {
  readonly #names = new Map<string, string>();
  readonly #asked = new Set<string>();
  readonly #engines: Readonly<Record<string, readonly Engine[]>>;
  readonly #logs: string;
  #last: Promise<void> = Promise.resolve();
  /** Called with each name that is wanted and has become known. */
  found: (id: string, name: string) => void = () => {};

  /** `logs`: where the kubelet links the logs of its containers. */
  constructor(engines: Readonly<Record<string, readonly Engine[]>>, logs: string = LOGS) {
    this.#engines = engines;
    this.#logs = logs;
  }

  get names(): ReadonlyMap<string, string> {
    return this.#names;
  }

  /** Asks every engine for all that runs now. An engine's socket is as good as root: this is for while we still are, and nothing of
   * it is kept open. */
  begin(): void {
    for (const engine of Object.values(this.#engines).flat()) {
      engine.list().then((names) => names?.forEach((name, id) => this.#keep(id, name)));
    }
  }

  /** Has the name found out, if the cgroup is that of a container. */
  want({ path, container }: Cgroup): void {
    if (container === null || this.#asked.has(container.id)) return;
    if (this.#asked.size >= MOST_NAMES) this.#asked.clear();
    this.#asked.add(container.id);
    const { id, runtime } = container;
    if (runtime === "lxc" || runtime === "systemd-nspawn") this.#keep(id, id);
    else if (this.#names.has(id)) this.found(id, this.#names.get(id)!);
    // One at a time: a thousand new containers are no thousand connections.
    else this.#last = this.#last.then(() => this.#find(id, runtime, path.includes("kubepods")));
  }

  /** Names that a recording has, or another host. */
  add(names: readonly (readonly [id: string, name: string])[]): void {
    for (const [id, name] of names) this.#keep(id, name);
  }

  /** Resolves when each name wanted so far is known, or known not to be had. */
  settled(): Promise<void> {
    return this.#last;
  }

  async #find(id: string, runtime: string, isPod: boolean): Promise<void> {
    if (this.#names.has(id)) return;
    const ofPod = isPod ? await this.#ofPod(id) : null;
    if (ofPod !== null) return this.#keep(id, ofPod);
    const engines = Object.hasOwn(this.#engines, runtime) ? this.#engines[runtime] : [];
    for (const engine of engines) {
      const name = await engine.name(id);
      if (name !== null) return this.#keep(id, name);
    }
  }

  /** NAMESPACE/POD/CONTAINER, from the links POD_NAMESPACE_CONTAINER-ID.log that the kubelet makes for log collectors. */
  async #ofPod(id: string): Promise<string | null> {
    let entries = 0;
    try {
      for await (const { name } of Deno.readDir(this.#logs)) {
        const [, pod, namespace, container] = /^([^_]+)_([^_]+)_(.+)-[0-9a-f]{64}\.log$/.exec(name) ?? [];
        if (pod !== undefined && name.endsWith(`-${id}.log`)) return `${namespace}/${pod}/${container}`;
        if (++entries > MOST_ENTRIES) break;
      }
    } catch { /* not a node of Kubernetes, or not for us to read */ }
    return null;
  }

  #keep(id: string, name: string): void {
    if (this.#names.size >= MOST_NAMES) this.#names.clear();
    this.#names.set(id, name);
    if (this.#asked.has(id)) this.found(id, name);
  }
}

/** The sockets that Docker and Podman use, the system's and, for `uid`, the user's own; DOCKER_HOST and CONTAINER_HOST go first,
 * as for their own clients. */
export function localEngines(
  variable: (name: string) => string | undefined,
  uid: number | null,
  nowMs: () => number,
): Record<string, Engine[]> {
  const engines = (host: string, ...paths: string[]) => {
    const named = /^unix:\/\/(\/.+)$/.exec(variable(host) ?? "")?.[1];
    return [...new Set(named === undefined ? paths : [named, ...paths])].map((path) => new Engine(path, nowMs));
  };
  return {
    docker: engines("DOCKER_HOST", "/run/docker.sock", `/run/user/${uid}/docker.sock`),
    podman: engines("CONTAINER_HOST", "/run/podman/podman.sock", `/run/user/${uid}/podman/podman.sock`),
  };
}
