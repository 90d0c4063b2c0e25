import type { Sample } from "../../flow/sample.ts";
import { cgroupPath, container as containerOf, executable, pidOf, processName, uidOf } from "../../view/flow.ts";
import type { Attributes } from "./attribute_set.ts";
import { containerNames } from "./dimensions.ts";

/** The pod that the kubelet names in the path of the cgroup. */
const POD_UID = /pod([0-9a-f]{8}(?:[-_][0-9a-f]{4}){3}[-_][0-9a-f]{12})/;

/** Whose the row is: process, user, container, pod; without what is not known. */
export function ownerAttributes(sample: Sample, row: number): Attributes {
  const { flows } = sample, attributes: Record<string, string | number> = {};
  const pid = pidOf(flows, row), name = processName(sample, row), exe = executable(sample, row);
  const uid = uidOf(flows, row), cgroup = cgroupPath(sample, row), container = containerOf(sample, row);
  if (pid !== null) attributes["process.pid"] = pid;
  if (exe !== null) attributes["process.executable.name"] = exe;
  if (name !== null) attributes["tcptop.process.name"] = name;
  if (uid !== null) attributes["user.id"] = String(uid);
  const user = uid === null ? undefined : sample.users.get(uid);
  if (user !== undefined) attributes["user.name"] = user;
  if (cgroup !== null) attributes["process.linux.cgroup"] = cgroup;
  if (flows.netns[row] !== 0) attributes["tcptop.netns"] = flows.netns[row];
  if (container === null) return attributes;
  Object.assign(attributes, containerNames(container), { "container.id": container.id });
  attributes["container.runtime.name"] = container.runtime;
  const pod = POD_UID.exec(cgroup ?? "")?.[1];
  if (pod !== undefined) attributes["k8s.pod.uid"] = pod.replaceAll("_", "-");
  return attributes;
}
