/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* What is remembered for a socket, in a table of our own: for kernels that refuse iter/bpf_sk_storage_map (seen: 6.18 of a cloud,
 * hardened to refuse every iterator that may write into a map, as it does fentry and lsm) and allow what is used here instead,
 * bpf_rdonly_cast() (6.2) and bpf_loop(). Else storage.h is simpler: it is freed with the socket.
 *
 * An entry lives from track_make() to tcp_destroy_sock. The walk cannot be handed a struct sock by the kernel, so it reads at the
 * address that was noted; reads of memory that has gone give 0 (exception table), TCP sockets are freed for TCP sockets alone while
 * RCU holds (SLAB_TYPESAFE_BY_RCU), and one that was used again has another cookie. A hash has no order to walk it by that does not
 * cost its 262,144 buckets (6 ms); the slots are dense.
 *
 * RCU does not hold the entries themselves: one that is removed may be another socket's at once (bpf_mem_cache_free(), htab_elem_free()
 * of 6.1 and later), and the walk would write into that. So while it is at work nobody else removes any (track_freed()). */
#ifndef TCPTOP_TABLE_H
#define TCPTOP_TABLE_H

#include "keeper.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, SOCKETS_MAX);
	__type(key, u64); /* cookie */
	__type(value, struct tracked);
} socket_table SEC(".maps");

/* The cookie of the socket in each slot, 0: none. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, SOCKETS_MAX);
	__type(key, u32);
	__type(value, u64);
} socket_slots SEC(".maps");

/* Last in, first out, so that the slots in use stay together. */
struct {
	__uint(type, BPF_MAP_TYPE_STACK);
	__uint(max_entries, SOCKETS_MAX);
	__uint(key_size, 0);
	__type(value, u32);
} free_slots SEC(".maps");

/* The cookie of a listener; the copy in a socket that it brought forth tells which one (storage.h, BPF_F_CLONE). */
struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC | BPF_F_CLONE);
	__type(key, int);
	__type(value, u64);
} listeners SEC(".maps");

extern void *bpf_rdonly_cast(void *obj, u32 btf_id) __ksym;

static __always_inline struct tracked *track_find(struct sock *sk, u64 cookie)
{
	return bpf_map_lookup_elem(&socket_table, &cookie);
}

/* False: there are too many. A slot that free_slots cannot take back (its lock timed out) is not used again. */
static __always_inline bool slot_take(struct tracked *t, u64 cookie)
{
	u64 *slot;
	u32 i;

	if (bpf_map_pop_elem(&free_slots, &i))
		i = __sync_fetch_and_add(&shared.slots, 1);
	slot = bpf_map_lookup_elem(&socket_slots, &i);
	if (!slot)
		return false;
	t->slot = i;
	*slot = cookie;
	return true;
}

/* Deleting is what only one of two can do: that one gives the slot back. */
static __always_inline void track_drop(u64 cookie)
{
	struct tracked *t = bpf_map_lookup_elem(&socket_table, &cookie);
	u64 *slot;
	u32 i;

	if (!t)
		return;
	i = t->slot;
	if (bpf_map_delete_elem(&socket_table, &cookie))
		return;
	slot = bpf_map_lookup_elem(&socket_slots, &i);
	if (!slot || *slot != cookie)
		return;
	*slot = 0;
	bpf_map_push_elem(&free_slots, &i, 0);
}

/* The socket is being freed. An entry that the walk may be at is left for the next walk (socket_is_gone()). A softirq may end a socket in the
 * middle of the walk that it interrupts; on another CPU only a walk that began since the flag was read could be at this very entry. */
static __always_inline void track_freed(u64 cookie)
{
	if (!*(volatile u64 *)&shared.walking)
		track_drop(cookie);
}

/* As storage that is cloned: a socket that a listener brought forth begins with what is known of the listener. 0, or a negative errno. */
static __always_inline long table_add(struct sock *sk, u64 cookie)
{
	u64 *listener = bpf_sk_storage_get(&listeners, sk, 0, 0);
	struct tracked *parent = listener ? bpf_map_lookup_elem(&socket_table, listener) : NULL, fresh = {};

	if (parent) {
		fresh.cookie = parent->cookie;
		fresh.how = parent->how;
		fresh.owner = parent->owner;
		fresh.several = parent->several;
		barrier();
		if (parent->cookie != *listener) /* it has just ended, and its entry is another socket's */
			__builtin_memset(&fresh, 0, sizeof(fresh));
	}
	fresh.address = (u64)sk;
	return bpf_map_update_elem(&socket_table, &cookie, &fresh, BPF_NOEXIST);
}

/* NULL: no memory, or more sockets than the table has room for; counted. */
static __always_inline struct tracked *track_make(struct sock *sk, u64 cookie)
{
	struct tracked *t = bpf_map_lookup_elem(&socket_table, &cookie);
	bool made;

	if (t)
		return t;
	made = !table_add(sk, cookie);
	t = bpf_map_lookup_elem(&socket_table, &cookie);
	if (!t) {
		count(COUNTER_SOCKETS_UNTRACKED);
		return NULL;
	}
	if (!made) /* by another CPU, at this moment */
		return t;
	if (!slot_take(t, cookie)) {
		count(COUNTER_SOCKETS_UNTRACKED);
		bpf_map_delete_elem(&socket_table, &cookie);
		return NULL;
	}
	return t;
}

static __always_inline void track_listens(struct sock *sk, u64 cookie)
{
	u64 *listener = bpf_sk_storage_get(&listeners, sk, 0, BPF_SK_STORAGE_GET_F_CREATE);

	if (listener)
		*listener = cookie;
}

#define SOL_TCP 6
#define TCP_BPF_SOCK_OPS_CB_FLAGS 1008 /* Linux 6.12; older ones refuse it, and say nothing of sockets that are older than us */

/* tcp_witness (table_witness.bpf.c) is told of a socket's changes of state once this flag is set. */
static __always_inline void track_witness(struct sock_common *sk)
{
	int flags = BPF_SOCK_OPS_STATE_CB_FLAG;

	bpf_setsockopt(sk, SOL_TCP, TCP_BPF_SOCK_OPS_CB_FLAGS, &flags, sizeof(flags));
}

/* Then it has been told already: tcp_set_state() calls it before the tracepoint. */
static __always_inline bool track_is_witnessed(struct sock *sk)
{
	struct tcp_sock *tp = shared.witness ? bpf_skc_to_tcp_sock(sk) : NULL;

	return tp && tp->bpf_sock_ops_cb_flags & BPF_SOCK_OPS_STATE_CB_FLAG;
}

/* Everything of a socket's connection is forgotten, but not where it is. */
static __always_inline void track_reset(struct tracked *t, u64 cookie)
{
	u64 address = t->address;
	u32 slot = t->slot;

	__builtin_memset(t, 0, sizeof(*t));
	t->address = address;
	t->slot = slot;
	t->cookie = cookie;
}

#endif
