import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { containerOf } from "../../src/flow/container.ts";

const ID = "0123456789abcdef".repeat(4), OTHER = "fedcba9876543210".repeat(4);
const POD = "6c1c7d8e-1f2a-4b3c-9d4e-5f6a7b8c9d0e", POD_UNIT = POD.replaceAll("-", "_");

const CONTAINERS: Readonly<Record<string, string>> = {
  [`/docker/${ID}`]: "docker",
  [`/docker/${ID}/init.scope`]: "docker",
  [`/system.slice/docker-${ID}.scope`]: "docker",
  [`/user.slice/user-1000.slice/user@1000.service/user.slice/docker-${ID}.scope`]: "docker",
  [`/machine.slice/libpod-${ID}.scope`]: "podman",
  [`/machine.slice/libpod-${ID}.scope/container`]: "podman",
  [`/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-${ID}.scope/container`]: "podman",
  [`/machine.slice/machine-libpod_pod_${OTHER}.slice/libpod-${ID}.scope/container`]: "podman",
  [`/libpod_parent/libpod-${ID}`]: "podman",
  [`/kubepods/burstable/pod${POD}/${ID}`]: "kubernetes",
  [`/kubepods/pod${POD}/${ID}`]: "kubernetes",
  [`/kubepods/besteffort/pod${POD.replaceAll("-", "")}/${ID}`]: "kubernetes", // a static pod
  [`/kubepods/burstable/pod${POD}/crio-${ID}`]: "cri-o",
  [`/kubepods.slice/kubepods-pod${POD_UNIT}.slice/cri-containerd-${ID}.scope`]: "containerd",
  [`/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod${POD_UNIT}.slice/crio-${ID}.scope/container`]:
    "cri-o",
  [`/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod${POD_UNIT}.slice/docker-${ID}.scope`]: "docker",
  [`/system.slice/kubepods-burstable-pod${POD_UNIT}.slice:cri-containerd:${ID}`]: "containerd",
  [`/system.slice/nerdctl-${ID}.scope`]: "containerd",
  [`/default/${ID}`]: "containerd",
  // The innermost: Kubernetes in Docker, Docker in LXC.
  [`/docker/${OTHER}/kubelet/kubepods/burstable/pod${POD}/${ID}`]: "kubernetes",
  [`/lxc.payload.web/system.slice/docker-${ID}.scope`]: "docker",
};

Deno.test("containerOf() knows the id and the runtime", () => {
  for (const [path, runtime] of Object.entries(CONTAINERS)) {
    deepStrictEqual(containerOf(path), { id: ID, runtime }, path);
  }
});

Deno.test("containerOf() knows machines by their name", () => {
  const machines: Readonly<Record<string, { id: string; runtime: string }>> = {
    "/lxc.payload.web": { id: "web", runtime: "lxc" },
    "/lxc.payload.web/system.slice/nginx.service": { id: "web", runtime: "lxc" },
    "/lxc.payload/web/init.scope": { id: "web", runtime: "lxc" },
    "/lxc/101/ns": { id: "101", runtime: "lxc" },
    "/machine.slice/systemd-nspawn@web.service/payload/init.scope": { id: "web", runtime: "systemd-nspawn" },
    "/machine.slice/machine-web\\x2dfront.scope": { id: "web-front", runtime: "systemd-nspawn" },
    "/machine.slice/machine-lxc\\x2d4711\\x2dweb.scope/libvirt": { id: "web", runtime: "lxc" },
  };
  for (const [path, machine] of Object.entries(machines)) deepStrictEqual(containerOf(path), machine, path);
});

Deno.test("containerOf() takes nothing else for a container", () => {
  const others = [
    "/",
    "",
    "/init.scope",
    "/system.slice/docker.service",
    "/system.slice/containerd.service",
    `/machine.slice/libpod-conmon-${ID}.scope`,
    `/system.slice/crio-conmon-${ID}.scope`,
    "/lxc.monitor.web",
    "/machine.slice/systemd-nspawn@web.service/supervisor",
    "/machine.slice/machine-qemu\\x2d1\\x2dvm.scope",
    `/system.slice/docker-${ID.slice(1)}.scope`,
    `/user.slice/${ID}`,
    `/kubepods/burstable/pod${POD}`,
    "/user.slice/user-1000.slice/session-1.scope",
  ];
  for (const path of others) strictEqual(containerOf(path), null, path);
});
