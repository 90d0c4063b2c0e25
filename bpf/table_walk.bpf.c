// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* The tick where sockets are kept in a table: a walk over its slots. Part of tcp_table.bpf.c. */
#include "table.h"
#include "snapshot.h"

#define WALK_AT_ONCE 4096 /* slots, some milliseconds: between two rounds the CPU is free for others */

/* Removes the entry of a socket that has been freed unseen by tcp_destroyed, or while a walk ran; reports its end if nobody did. False: the
 * socket is not freed (one that has ended may still be held by a process). Until its memory is used again a freed socket keeps its cookie
 * and its last counters: SLUB's free pointer lies outside of SLAB_TYPESAFE_BY_RCU objects. Once it is, nothing can be reported: user space has to
 * see that the connection is missing, in a snapshot that leaves nothing out. */
static __always_inline bool walk_drop_freed(struct sock *sk, struct tcp_sock *tp, struct tracked *t, u64 cookie)
{
	bool same = (u64)sk->__sk_common.skc_cookie.counter == cookie;

	if (same && sk->__sk_common.skc_refcnt.refs.counter)
		return false;
	if (same && !t->ended && t->cookie == cookie)
		track_end_unseen(sk, tp, t);
	else if (!same && !t->ended)
		shared.ended_untold++;
	track_drop(cookie);
	return true;
}

/* The body of bpf_loop(): one slot. 1 ends the round, since the ring is half full; the next round begins with this slot. */
static long walk_slot(u32 index, void *context)
{
	u32 at = shared.walk_next;
	u64 *slot = bpf_map_lookup_elem(&socket_slots, &at), cookie = slot ? *slot : 0;
	struct tracked *t = cookie ? bpf_map_lookup_elem(&socket_table, &cookie) : NULL;
	struct tcp_sock *tp;
	struct sock *sk;

	if (t) {
		sk = bpf_rdonly_cast((void *)t->address, settings.sock_type);
		tp = bpf_rdonly_cast((void *)t->address, settings.tcp_sock_type);
		if (!walk_drop_freed(sk, tp, t, cookie) && !snapshot_write(sk, tp, t, cookie))
			return 1;
	}
	shared.walk_next = at + 1;
	return 0;
}

/* One round of the tick: up to WALK_AT_ONCE slots. An iterator, because read() on its descriptor runs it also after tcptop has given up
 * root; what it iterates over is not used, and any other iterator would do. It is called once for each map: all calls but the first return
 * at once. */
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
