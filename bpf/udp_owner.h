/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* For udp_owners.bpf.c and the owner pass: which process is a UDP socket's owner. The one that called socket(), at first. The owner pass
 * finds the owner of a socket that is older than tcptop, was inherited or was passed on; of several holders the one is owner that last
 * called sendmsg() or recvmsg(). current of a cgroup_skb program would not do: datagrams are sent from softirq and from kernel threads too. */
#ifndef TCPTOP_UDP_OWNER_H
#define TCPTOP_UDP_OWNER_H

#include "owner.h"
#include "udp_sockets.h"

static __always_inline bool udp_is_socket(struct sock *sk)
{
	u16 family = sk->__sk_common.skc_family;

	/* AF_NETLINK has protocol numbers of its own. */
	return sk->sk_protocol == IPPROTO_UDP && sk->sk_type == SOCK_DGRAM && (family == AF_INET || family == AF_INET6);
}

static __always_inline void udp_socket_opened(struct bpf_sock *ctx)
{
	struct tracked *t = bpf_sk_storage_get(&udp_sockets, ctx, 0, BPF_SK_STORAGE_GET_F_CREATE);
	struct task_struct *task = bpf_get_current_task_btf();

	if (!t)
		return;
	t->cookie = bpf_get_socket_cookie(ctx);
	t->opened_ns = bpf_ktime_get_boot_ns();
	/* As sock_create() passes it to inet_create(). */
	t->netns = settings.long_names ? BPF_CORE_READ(task, nsproxy, net_ns, ns.inum) : task->nsproxy->net_ns->ns.inum;
	owner_read(&t->owner, task);
	t->how = OWNER_CONNECT;
	t->described = 1; /* each of its flows has a copy of the owner, in its own record */
}

static __always_inline void udp_holder_met(struct sock *sk, struct task_struct *task)
{
	struct tracked *t = bpf_sk_storage_get(&udp_sockets, sk, 0, BPF_SK_STORAGE_GET_F_CREATE);

	if (!t) {
		count(COUNTER_SOCKETS_UNTRACKED);
		return;
	}
	if (!t->cookie)
		t->cookie = bpf_get_socket_cookie(sk);
	t->netns = sock_netns(sk);
	owner_holder_met(t, task);
	if (!t->described || t->several != SEVERAL_NO || t->candidate_pass == shared.owner_pass)
		shared.udp_unreported = shared.owner_pass;
}

/* sendmsg() on an unconnected socket, and recvmsg() that asks for the peer's address, in the context of the process that calls it. Of
 * several holders, as a service and the process that started it, or a service's workers, the one that used the socket last is the owner. */
static __always_inline int udp_use(struct tracked *t)
{
	struct task_struct *task;

	if (!t || t->how == OWNER_KERNEL || t->owner.tgid == (u32)(bpf_get_current_pid_tgid() >> 32))
		return 1;
	task = bpf_get_current_task_btf();
	if (task->flags & PF_KTHREAD)
		return 1;
	owner_take_over(t, task);
	if (!t->used_ns) /* the first time: asks for an owner pass, which reports the new owner at once */
		count_weak_owner();
	t->used_ns = 1;
	shared.udp_unreported = shared.owner_pass + 1;
	return 1;
}

static __always_inline int udp_used(struct bpf_sock_addr *ctx)
{
	struct bpf_sock *sk = ctx->sk;

	return udp_use(sk ? bpf_sk_storage_get(&udp_sockets, sk, 0, 0) : NULL);
}

/* is_other: to another address than that of the connected peer. Without an address the kernel does not call the programs (udp_sendmsg(), udpv6_sendmsg()),
 * but where an IPv6 socket is connected to ::ffff:a.b.c.d. A connected socket that is older than tcptop gets its struct tracked here: one without has
 * named none. */
static __always_inline int udp_sends(struct bpf_sock_addr *ctx, struct bpf_sock *sk, bool is_other)
{
	struct tracked *t = bpf_sk_storage_get(&udp_sockets, sk, 0, is_other && sk->dst_port ? BPF_SK_STORAGE_GET_F_CREATE : 0);

	if (t && is_other && !t->named) {
		t->named = 1;
		if (!t->cookie)
			t->cookie = bpf_get_socket_cookie(ctx);
	}
	return udp_use(t);
}

static __always_inline int udp_sends_v4(struct bpf_sock_addr *ctx)
{
	struct bpf_sock *sk = ctx->sk;

	return sk ? udp_sends(ctx, sk, ctx->user_port != sk->dst_port || ctx->user_ip4 != sk->dst_ip4) : 1;
}

static __always_inline int udp_sends_v6(struct bpf_sock_addr *ctx)
{
	struct bpf_sock *sk = ctx->sk;

	return sk ? udp_sends(ctx, sk,
			      ctx->user_port != sk->dst_port || ctx->user_ip6[0] != sk->dst_ip6[0] || ctx->user_ip6[1] != sk->dst_ip6[1] ||
				      ctx->user_ip6[2] != sk->dst_ip6[2] || ctx->user_ip6[3] != sk->dst_ip6[3])
		  : 1;
}

/* sk_alloc() sets sk_kern_sock for the kernel's own sockets alone. */
static __always_inline void udp_mark_kernel(struct sock *sk, struct tracked *t)
{
	if (t->how != OWNER_NONE || !BPF_CORE_READ_BITFIELD(sk, sk_kern_sock))
		return;
	t->how = OWNER_KERNEL;
	t->netns = sock_netns(sk);
	t->described = 0;
}

static __always_inline void udp_owner_fill(struct tcptop_udp_owner *r, const struct tracked *t)
{
	__builtin_memset(r, 0, sizeof(*r));
	r->tag = TAG_UDP_OWNER;
	r->size = sizeof(*r);
	r->how = t->how;
	r->several = t->several;
	r->time_ns = bpf_ktime_get_boot_ns();
	r->cookie = t->cookie;
	r->cgroup_id = t->owner.cgroup_id;
	r->owner_start_ns = t->owner.start_ns;
	r->tgid = t->owner.pid;
	r->uid = t->owner.uid;
	r->netns = t->netns;
	__builtin_memcpy(r->comm, t->owner.comm, sizeof(r->comm));
}

/* After an owner pass: a TAG_UDP_OWNER record if the owner is another than the socket's flows were recorded with. */
static __always_inline void udp_owner_report(struct seq_file *seq, struct sock *sk, struct tracked *t)
{
	struct tcptop_udp_owner r;
	long err;

	owner_apply_pass(t);
	udp_mark_kernel(sk, t);
	if (t->described || t->how == OWNER_NONE)
		return;
	udp_owner_fill(&r, t);
	err = bpf_seq_write(seq, &r, sizeof(r));
	if (!err)
		t->described = 1;
	else if (err != -EOVERFLOW)
		count(COUNTER_SNAPSHOT_LOST);
}

#endif
