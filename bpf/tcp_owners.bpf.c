// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Which process holds which socket: the owner pass over all descriptors, and, at the start, the sockets that have none. Part of tcp.bpf.c and
 * of tcp_table.bpf.c. */
#include "mptcp.h"
#include "track.h"
#include "udp_owner.h"
#include "witness.h"

/* task has a descriptor of sk. */
static __always_inline void owner_of_descriptor(struct sock *sk, struct task_struct *task)
{
	struct tracked *t;
	u8 state = sk->__sk_common.skc_state;
	bool was_weak;
	u64 cookie;

	if (udp_is_socket(sk)) {
		udp_holder_met(sk, task);
		return;
	}
	if (sk->sk_protocol == IPPROTO_MPTCP)
		mptcp_holder_met(sk, task);
	if (sk->sk_protocol != IPPROTO_TCP || state == TCP_CLOSE)
		return;
	cookie = bpf_get_socket_cookie(sk);
	t = track_find(sk, cookie);
	if (!t)
		t = track_adopt(sk, cookie, state);
	if (!t || t->ended)
		return;
	was_weak = owner_is_weak(t);
	owner_holder_met(t, task);
	if (state == TCP_LISTEN)
		accept_holder_met(sk, t, task);
	else if (was_weak)
		acceptor_note(sk, t);
}

/* The owner pass: every descriptor of every process. Threads that share a descriptor table are visited once. */
SEC("iter/task_file")
int tcp_owners(struct bpf_iter__task_file *ctx)
{
	struct task_struct *task = ctx->task;
	struct file *file = ctx->file;
	struct socket *socket;

	if (!ctx->meta->seq_num) {
		shared.own_executable = (u64)task_executable(bpf_get_current_task_btf());
		shared.pass_thread = bpf_get_current_pid_tgid();
	}
	if (!task || !file)
		return 0;
	socket = bpf_sock_from_file(file);
	if (socket && socket->sk)
		owner_of_descriptor(socket->sk, task);
	return 0;
}

/* Sockets without a descriptor, at the start: not accepted yet, or closed and still sending. Walks the hash of one network namespace, that of the
 * caller of bpf_iter_create(). */
SEC("iter/tcp")
int tcp_orphans(struct bpf_iter__tcp *ctx)
{
	struct sock_common *common = ctx->sk_common;
	struct tcp_sock *tp;
	u64 cookie;

	if (!common)
		return 0;
	tp = bpf_skc_to_tcp_sock(common); /* NULL for a request sock or a TIME_WAIT sock */
	if (!tp)
		return 0;
	cookie = bpf_get_socket_cookie((struct sock *)tp);
	if (!track_find((struct sock *)tp, cookie))
		track_adopt((struct sock *)tp, cookie, common->skc_state);
	witness_ask(common);
	return 0;
}
