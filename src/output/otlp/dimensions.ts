/** Whose a flow is, as attributes: process, container or pod, the network of the remote end, and of several hosts which one. */
import { hostState } from "../../flow/host.ts";
import type { Sample } from "../../flow/sample.ts";
import { harmless } from "../../harmless.ts";
import { type Container, container as containerOf, executable, processName } from "../../view/flow.ts";
import type { Networks } from "../networks.ts";
import { type Attributes, AttributeSet } from "./attribute_set.ts";

type Mutable = Record<string, string>;

/** NAMESPACE/POD/CONTAINER, as a container of a pod is called. */
const OF_POD = /^([^/]+)\/([^/]+)\/([^/]+)$/;

/** By names, and by its id where it has no name that is known. */
export function containerNames({ id, name }: Container): Attributes {
  const [, namespace, pod, container] = OF_POD.exec(name ?? "") ?? [];
  if (container !== undefined) {
    return { "k8s.namespace.name": namespace, "k8s.pod.name": pod, "k8s.container.name": container };
  }
  return name === null ? { "container.id": id } : { "container.name": name };
}

/** Of the rows of one sample after the other; what rows have in common is made once a sample. */
export class Dimensions {
  readonly #known = new Map<string, AttributeSet>();
  #sample: Sample | null = null;

  constructor(readonly networks: Networks | null, readonly asText = false) {}

  of(sample: Sample, row: number): AttributeSet {
    if (this.#sample !== sample) this.#known.clear();
    this.#sample = sample;
    const { cgroup, exe, host } = sample.flows, network = this.networks?.of(sample.flows, row) ?? "";
    const name = processName(sample, row), key = `${host[row]} ${exe[row]} ${cgroup[row]} ${network}\n${name ?? "\n"}`;
    let found = this.#known.get(key);
    if (found === undefined) {
      const own = ownAttributes(sample, row, name, network);
      this.#known.set(key, found = AttributeSet.of(this.asText ? shownAttributes(own) : own));
    }
    return found;
  }
}

/** A label without a value is none. */
function shownAttributes(attributes: Attributes): Attributes {
  const shown = Object.entries(attributes).map(([name, value]) => [name, harmless(String(value))]);
  return Object.fromEntries(shown.filter(([, value]) => value !== ""));
}

function ownAttributes(sample: Sample, row: number, name: string | null, network: string): Attributes {
  const attributes: Mutable = {}, exe = executable(sample, row), host = hostState(sample, row);
  if (host !== null) attributes["host.name"] = host.name;
  if (exe !== null) attributes["process.executable.name"] = exe;
  if (name !== null) attributes["tcptop.process.name"] = name;
  const container = containerOf(sample, row);
  if (container !== null) Object.assign(attributes, containerNames(container));
  if (network !== "") attributes["tcptop.remote.network"] = network;
  return attributes;
}
