// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Who opens UDP sockets and who uses them, for the root of the cgroup v2 hierarchy. They let everything pass: 1 means go on. Part of tcp.bpf.c
 * and of tcp_table.bpf.c, since it needs the kernel's types, and what is known of processes. */
#include "udp_owner.h"

/* socket(), in the context of the process that calls it: inet_create() leaves out the kernel's own. */
SEC("cgroup/sock_create")
int udp_opened(struct bpf_sock *ctx)
{
	if (ctx->type == SOCK_DGRAM && ctx->protocol == IPPROTO_UDP)
		udp_begin(ctx);
	return 1;
}

SEC("cgroup/sendmsg4")
int udp_sends4(struct bpf_sock_addr *ctx)
{
	return udp_is_used(ctx);
}

SEC("cgroup/sendmsg6")
int udp_sends6(struct bpf_sock_addr *ctx)
{
	return udp_is_used(ctx);
}

SEC("cgroup/recvmsg4")
int udp_receives4(struct bpf_sock_addr *ctx)
{
	return udp_is_used(ctx);
}

SEC("cgroup/recvmsg6")
int udp_receives6(struct bpf_sock_addr *ctx)
{
	return udp_is_used(ctx);
}
