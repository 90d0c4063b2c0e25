/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* The programs of the tick where the sockets are in a table of ours (table.h). */
#ifndef TCPTOP_WALK_H
#define TCPTOP_WALK_H

/* Freed, or freed and used again: its end went unseen. A socket that has ended and is still held is neither. */
static __always_inline bool socket_is_gone(struct sock *sk, u64 cookie)
{
	return (u64)sk->__sk_common.skc_cookie.counter != cookie || !sk->__sk_common.skc_refcnt.refs.counter;
}

/* One slot. 1 ends the round, and the next one begins with this slot: half of the ring is taken. */
static long walk_slot(u32 index, void *context)
{
	u32 at = shared.walk_next;
	u64 *slot = bpf_map_lookup_elem(&socket_slots, &at), cookie = slot ? *slot : 0;
	struct tracked *t = cookie ? bpf_map_lookup_elem(&socket_table, &cookie) : NULL;
	struct sock *sk;

	if (t) {
		sk = bpf_rdonly_cast((void *)t->address, bpf_core_type_id_kernel(struct sock));
		if (socket_is_gone(sk, cookie))
			table_drop(cookie);
		else if (!snapshot_write(sk, bpf_rdonly_cast((void *)t->address, bpf_core_type_id_kernel(struct tcp_sock)), t, cookie))
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
	bpf_loop(left < WALK_AT_ONCE ? left : WALK_AT_ONCE, walk_slot, NULL, 0);
	shared.snapshot_end = bpf_ringbuf_query(&events, BPF_RB_PROD_POS);
	return 0;
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
