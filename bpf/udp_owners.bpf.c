// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Which process opens a UDP socket and which one uses it. For the root of the cgroup v2 hierarchy; all return 1: the call is allowed. Part
 * of tcp.bpf.c and of tcp_table.bpf.c, since it needs the kernel's types and the ring for TAG_PROCESS. */
#include "udp_owner.h"

/* socket(), in the context of the process that calls it: inet_create() does not call it for the kernel's own sockets. */
SEC("cgroup/sock_create")
int udp_opened(struct bpf_sock *ctx)
{
	if (ctx->type == SOCK_DGRAM && ctx->protocol == IPPROTO_UDP)
		udp_socket_opened(ctx);
	return 1;
}

SEC("cgroup/sendmsg4")
int udp_sends4(struct bpf_sock_addr *ctx)
{
	return udp_sends_v4(ctx);
}

SEC("cgroup/sendmsg6")
int udp_sends6(struct bpf_sock_addr *ctx)
{
	return udp_sends_v6(ctx);
}

SEC("cgroup/recvmsg4")
int udp_receives4(struct bpf_sock_addr *ctx)
{
	return udp_used(ctx);
}

SEC("cgroup/recvmsg6")
int udp_receives6(struct bpf_sock_addr *ctx)
{
	return udp_used(ctx);
}
