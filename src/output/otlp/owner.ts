import type { Sample } from "../../flow/sample.ts";
import { hostState } from "../../flow/host.ts";
import {
  cgroupPath,
  container as containerOf,
  executable,
  pidOf,
  processName,
  uidOf,
  userName,
} from "../../view/flow.ts";
import { addKnown, type AttributeSink } from "./attribute_set.ts";
import { containerNames } from "./dimensions.ts";

/** The pod that the kubelet names in the path of the cgroup. */
const POD_UID = /pod([0-9a-f]{8}(?:[-_][0-9a-f]{4}){3}[-_][0-9a-f]{12})/;

/** Whose the row is: process, user, container, pod; without what is not known. */
export function addOwner(to: AttributeSink, sample: Sample, row: number): void {
  const { flows } = sample, uid = uidOf(flows, row), cgroup = cgroupPath(sample, row);
  addKnown(to, "process.pid", pidOf(flows, row));
  addKnown(to, "process.executable.name", executable(sample, row));
  addKnown(to, "tcptop.process.name", processName(sample, row));
  if (uid !== null) to.put("user.id", String(uid));
  addKnown(to, "user.name", userName(sample, row));
  addKnown(to, "host.name", hostState(sample, row)?.name);
  addKnown(to, "process.linux.cgroup", cgroup);
  if (flows.netns[row] !== 0) to.put("tcptop.netns", flows.netns[row]);
  const container = containerOf(sample, row);
  if (container === null) return;
  to.put("container.id", container.id);
  for (const [name, value] of Object.entries(containerNames(container))) {
    if (name !== "container.id") to.put(name, value);
  }
  to.put("container.runtime.name", container.runtime);
  addKnown(to, "k8s.pod.uid", POD_UID.exec(cgroup ?? "")?.[1].replaceAll("_", "-"));
}
