/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* The programs of the tick where the sockets are in a table of ours (table.h). */
#ifndef TCPTOP_WALK_H
#define TCPTOP_WALK_H

/* Freed, or freed and used again: its end went unseen by tcp_destroyed. A socket that has ended and is still held is neither. What was
 * freed holds its last counters until it is used again (SLUB keeps its own pointer outside of objects that are SLAB_TYPESAFE_BY_RCU). */
static __always_inline bool socket_is_gone(struct sock *sk, struct tcp_sock *tp, struct tracked *t, u64 cookie)
{
	bool same = (u64)sk->__sk_common.skc_cookie.counter == cookie;

	if (same && sk->__sk_common.skc_refcnt.refs.counter)
		return false;
	if (same && !t->ended && t->cookie == cookie)
		track_end_unseen(sk, tp, t);
	track_drop(cookie);
	return true;
}

/* One slot. 1 ends the round, and the next one begins with this slot: half of the ring is taken. */
static long walk_slot(u32 index, void *context)
{
	u32 at = shared.walk_next;
	u64 *slot = bpf_map_lookup_elem(&socket_slots, &at), cookie = slot ? *slot : 0;
	struct tracked *t = cookie ? bpf_map_lookup_elem(&socket_table, &cookie) : NULL;
	struct tcp_sock *tp;
	struct sock *sk;

	if (t) {
		sk = bpf_rdonly_cast((void *)t->address, bpf_core_type_id_kernel(struct sock));
		tp = bpf_rdonly_cast((void *)t->address, bpf_core_type_id_kernel(struct tcp_sock));
		if (!socket_is_gone(sk, tp, t, cookie) && !snapshot_write(sk, tp, t, cookie))
			return 1;
	}
	shared.walk_next = at + 1;
	return 0;
}

/* The tick. The iterator is but a way to be called by a process that may have no privilege left: any that runs once would do. */
SEC("iter/bpf_map")
int tcp_walk(struct bpf_iter__bpf_map *ctx)
{
	u64 end = shared.slots < SOCKETS_MAX ? shared.slots : SOCKETS_MAX, left = end - shared.walk_next;

	if (!ctx->map || ctx->meta->seq_num || shared.walk_next >= end)
		return 0;
	__sync_lock_test_and_set(&shared.walking, 1);
	bpf_loop(left < WALK_AT_ONCE ? left : WALK_AT_ONCE, walk_slot, NULL, 0);
	__sync_lock_test_and_set(&shared.walking, 0);
	shared.snapshot_end = bpf_ringbuf_query(&events, BPF_RB_PROD_POS);
	return 0;
}

/* A third witness of openings and ends, of another kind: on the hardened kernel that table.h tells of, no tracing program runs while the
 * machine's first process is current, so what a softirq does that happens to interrupt that one goes unseen by the others (measured:
 * 19 of 945,716 ends). Nor is it left out while it is already running. It comes first (tcp_set_state()), and they then have nothing to do,
 * so tcp_state_again is not attached beside it. */
SEC("sockops")
int tcp_witness(struct bpf_sock_ops *ctx)
{
	struct bpf_sock *socket = ctx->sk;
	struct tcp_sock *tp;
	u64 cookie;

	switch (ctx->op) {
	case BPF_SOCK_OPS_TCP_CONNECT_CB:
	case BPF_SOCK_OPS_ACTIVE_ESTABLISHED_CB:
	case BPF_SOCK_OPS_PASSIVE_ESTABLISHED_CB:
		bpf_sock_ops_cb_flags_set(ctx, ctx->bpf_sock_ops_cb_flags | BPF_SOCK_OPS_STATE_CB_FLAG);
		return 1;
	case BPF_SOCK_OPS_STATE_CB:
		break;
	default:
		return 1;
	}
	if (ctx->args[1] != TCP_ESTABLISHED && ctx->args[1] != TCP_CLOSE)
		return 1;
	tp = socket ? bpf_skc_to_tcp_sock(socket) : NULL;
	if (!tp)
		return 1;
	cookie = bpf_get_socket_cookie(ctx);
	if (ctx->args[1] == TCP_CLOSE)
		lifecycle_closed((struct sock *)tp, cookie, ctx->args[0]);
	else
		lifecycle_established((struct sock *)tp, cookie, ctx->args[0]);
	return 1;
}

/* After an owner pass: what that one found of the UDP sockets that have descriptors. */
SEC("iter/task_file")
int udp_settled_files(struct bpf_iter__task_file *ctx)
{
	struct file *file = ctx->file;
	struct socket *socket;
	struct tracked *t;

	if (!ctx->task || !file)
		return 0;
	socket = bpf_sock_from_file(file);
	if (!socket || !socket->sk || !udp_is_socket(socket->sk))
		return 0;
	t = bpf_sk_storage_get(&udp_sockets, socket->sk, 0, 0);
	if (t)
		udp_settle(ctx->meta->seq, socket->sk, t);
	return 0;
}

/* The kernel's own UDP sockets have none. Of the network namespace of the caller of bpf_iter_create(). */
SEC("iter/udp")
int udp_settled_kernel(struct bpf_iter__udp *ctx)
{
	struct sock *sk = (struct sock *)ctx->udp_sk;
	struct tracked *t = sk ? bpf_sk_storage_get(&udp_sockets, sk, 0, 0) : NULL;

	if (sk && t && t->how == OWNER_NONE)
		udp_settle(ctx->meta->seq, sk, t);
	return 0;
}

#endif
