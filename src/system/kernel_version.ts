/** Versions of Linux in what users are told. Nothing is decided by them: features are asked of the kernel. */

/** `bpf_get_socket_cookie` for tracing programs came with it; 5.12, 5.15 and 6.1 to 7.3 have been seen to load everything. */
export const TCP_BY_BPF = "5.12";
/** CAP_PERFMON and CAP_BPF. */
export const PERFMON = "5.8";
/** bpf_link for cgroup programs, and `__sk_buff.gso_size`. */
export const UDP_BY_BPF = "5.7";
/** kfree_skb tells the socket. */
export const UDP_DROPS = "6.11";

/** kfree_skb tells the reason. */
export const DROP_REASONS = "5.17";

/** Whether a kernel that says `release` of itself ("5.15.0-91-generic") is of that version or newer. */
export function isAtLeast(release: string, version: string): boolean {
  const [major, minor] = numbers(release), [wantedMajor, wantedMinor] = numbers(version);
  return major > wantedMajor || major === wantedMajor && minor >= wantedMinor;
}

function numbers(text: string): readonly number[] {
  const [, major = "0", minor = "0"] = /^(\d+)(?:\.(\d+))?/.exec(text) ?? [];
  return [Number(major), Number(minor)];
}

/** What to do about a kernel that refuses something: a newer one only where this one is older. `options`: of its configuration. */
export function kernelRemedy(release: string, version: string, options: string): string {
  if (!isAtLeast(release, version)) return `Use Linux ${version} or newer with ${options}; this is ${release}`;
  return `Linux ${release} is new enough: see whether it was built with ${options}. TCPTOP_DEBUG=1 shows what it said`;
}
