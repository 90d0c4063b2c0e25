// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* The tick where sockets are kept in a table: a walk over its slots. Part of tcp_table.bpf.c. */
#include "table.h"
#include "snapshot.h"

#define WALK_AT_ONCE 4096 /* slots, some milliseconds: between two rounds the CPU is free for others */

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
