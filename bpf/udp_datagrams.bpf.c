// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Programs that count UDP, for the root of the cgroup v2 hierarchy. All return 1: the packet, or socket(), is allowed. Part of udp.bpf.c and of
 * udp_types.bpf.c. */
#include "udp_flow.h"

SEC("cgroup_skb/egress")
int udp_out(struct __sk_buff *skb)
{
	udp_datagram(skb, true);
	return 1;
}

SEC("cgroup_skb/ingress")
int udp_in(struct __sk_buff *skb)
{
	udp_datagram(skb, false);
	return 1;
}

/* socket(): inet_create() calls it in the context of the process, and not for the kernel's own sockets. Where the kernel has BTF, udp_opened
 * (udp_owners.bpf.c) is attached instead, which also reads the leader's comm and start time, and the network namespace. */
SEC("cgroup/sock_create")
int udp_opened_plain(struct bpf_sock *sk)
{
	struct tracked *t;

	if (sk->type != SOCK_DGRAM || sk->protocol != IPPROTO_UDP)
		return 1;
	t = bpf_sk_storage_get(&udp_sockets, sk, 0, BPF_SK_STORAGE_GET_F_CREATE);
	if (!t)
		return 1;
	t->cookie = bpf_get_socket_cookie(sk);
	t->opened_ns = bpf_ktime_get_boot_ns();
	t->owner.tgid = t->owner.pid = bpf_get_current_pid_tgid() >> 32;
	t->owner.uid = bpf_get_current_uid_gid();
	t->owner.cgroup_id = bpf_get_current_cgroup_id();
	bpf_get_current_comm(t->owner.comm, sizeof(t->owner.comm));
	t->how = OWNER_CONNECT;
	t->described = 1;
	return 1;
}
