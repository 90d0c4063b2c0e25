// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* The programs that need the kernel's types: TCP, and the owners of UDP sockets. One a hook point. Needs BTF and, for socket storage in tracing programs, kernel 5.11. */
#include "lifecycle.h"
#include "snapshot.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

static __always_inline int state_changes(struct sock *sk, int old, int new)
{
	if (sk->sk_protocol != IPPROTO_TCP || old == new)
		return 0;
	switch (new) { /* half of a connection's changes are none of these: the cookie is not asked for before */
	case TCP_SYN_SENT:
		lifecycle_start(sk, bpf_get_socket_cookie(sk), DIRECTION_OUTBOUND);
		break;
	case TCP_LISTEN:
		lifecycle_start(sk, bpf_get_socket_cookie(sk), DIRECTION_UNKNOWN);
		break;
	case TCP_ESTABLISHED:
		if (!track_is_witnessed(sk))
			lifecycle_established(sk, bpf_get_socket_cookie(sk), old);
		break;
	case TCP_FIN_WAIT1:
	case TCP_LAST_ACK:
		lifecycle_closing(sk, bpf_get_socket_cookie(sk), old);
		break;
	case TCP_CLOSE:
		if (!track_is_witnessed(sk))
			lifecycle_closed(sk, bpf_get_socket_cookie(sk), old);
		break;
	}
	return 0;
}

/* Fires for every protocol on inet_sock_set_state() (MPTCP, SCTP and DCCP too) and in whatever context the change happens. */
SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(tcp_state, struct sock *sk, int old, int new)
{
	return state_changes(sk, old, new);
}

/* The second of the two that lifecycle.h tells of. */
SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(tcp_state_again, struct sock *sk, int old, int new)
{
	return state_changes(sk, old, new);
}

SEC("tp_btf/tcp_destroy_sock")
int BPF_PROG(tcp_destroyed, struct sock *sk)
{
	u64 cookie = bpf_get_socket_cookie(sk);

	lifecycle_destroyed(sk, cookie);
	track_freed(cookie);
	return 0;
}

/* The owner pass: every descriptor of every process, threads that share a table counted once. */
SEC("iter/task_file")
int tcp_owners(struct bpf_iter__task_file *ctx)
{
	struct task_struct *task = ctx->task;
	struct file *file = ctx->file;
	struct socket *socket;

	if (!ctx->meta->seq_num)
		shared.own_executable = (u64)mm_executable(bpf_get_current_task_btf()->mm);
	if (!task || !file)
		return 0;
	socket = bpf_sock_from_file(file);
	if (socket && socket->sk)
		owner_of_descriptor(socket->sk, task);
	return 0;
}

/* Sockets that no descriptor leads to: not accepted yet, or closed and still sending. Walks the hash of one network namespace,
 * that of the caller of bpf_iter_create(). */
SEC("iter/tcp")
int tcp_orphans(struct bpf_iter__tcp *ctx)
{
	struct sock_common *common = ctx->sk_common;
	struct tcp_sock *tp;
	u64 cookie;

	if (!common)
		return 0;
	tp = bpf_skc_to_tcp_sock(common); /* NULL for a half-open request or TIME_WAIT: they are no sockets */
	if (!tp)
		return 0;
	cookie = bpf_get_socket_cookie((struct sock *)tp);
	if (!track_find((struct sock *)tp, cookie))
		track_adopt((struct sock *)tp, cookie, common->skc_state);
	track_witness(common);
	return 0;
}

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

#ifdef SOCKET_TABLE
#include "walk.h"
#else
/* The tick: every socket that is tracked, in every network namespace. */
SEC("iter/bpf_sk_storage_map")
int tcp_snapshot(struct bpf_iter__bpf_sk_storage_map *ctx)
{
	struct sock *sk = ctx->sk;       /* NULL both in the call that ends the walk; the verifier */
	struct tracked *t = ctx->value;  /* tells a pointer from NULL only in the register that was tested */

	if (sk && t) /* 1 ends the read() with EAGAIN, and the next one begins with this socket */
		return !snapshot_write(sk, bpf_skc_to_tcp_sock(sk), t, bpf_get_socket_cookie(sk));
	shared.snapshot_end = bpf_ringbuf_query(&events, BPF_RB_PROD_POS);
	return 0;
}

/* After an owner pass: every UDP socket that is tracked, in every network namespace. */
SEC("iter/bpf_sk_storage_map")
int udp_settled(struct bpf_iter__bpf_sk_storage_map *ctx)
{
	struct sock *sk = ctx->sk;
	struct tracked *t = ctx->value;

	if (sk && t)
		udp_settle(ctx->meta->seq, sk, t);
	return 0;
}
#endif
