/** The calls of ffi/tcptop.h that can fail, with what they were doing, as they say it themselves. */
export interface ShimCall {
  readonly name: `tcptop__${string}`;
  readonly stages: readonly string[];
  /** The source that makes it. */
  readonly source: "auto" | "bpf" | "netlink";
}

export const SHIM_CALLS: readonly ShimCall[] = [
  // Of the others one has begun by then.
  { name: "tcptop__new", stages: [""], source: "netlink" },
  { name: "tcptop__load", stages: ["find the kernel's BTF", "load the TCP programs", "tcp_state"], source: "bpf" },
  { name: "tcptop__open_netlink", stages: ["ask the kernel for its sockets by netlink"], source: "netlink" },
  {
    name: "tcptop__udp_load",
    stages: ["find the cgroup v2 hierarchy", "load the UDP programs", "udp_out"],
    source: "auto",
  },
  { name: "tcptop__list_udp", stages: ["ask the kernel for its UDP sockets by netlink"], source: "netlink" },
  { name: "tcptop__translations", stages: ["read the kernel's table of translated connections"], source: "auto" },
  { name: "tcptop__watch_drops", stages: ["watch what the kernel drops"], source: "auto" },
  { name: "tcptop__wait", stages: ["wait for records"], source: "bpf" },
  { name: "tcptop__drain", stages: ["drain the ring"], source: "auto" },
  { name: "tcptop__snapshot", stages: ["hold a snapshot"], source: "auto" },
  { name: "tcptop__drop", stages: ["give up root", "restrict system calls"], source: "auto" },
];

/** EPERM, ENOENT, EIO, ENOMEM, EACCES, EBUSY, EINVAL, EMFILE, ENOSPC. */
export const ERRNOS: readonly number[] = [1, 2, 5, 12, 13, 16, 22, 24, 28];
