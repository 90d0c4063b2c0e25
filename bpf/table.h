/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* For tcp_table.bpf.c: keeper.h by a hash from cookie to struct tracked. For kernels that refuse iter/bpf_sk_storage_map (seen: a cloud's
 * 6.18, hardened to refuse fentry, lsm and every iterator that may write into a map) and have what is used instead, bpf_rdonly_cast() (6.2)
 * and bpf_loop().
 *
 * An entry lives from track_make() to tcp_destroy_sock. No iterator hands the walk a struct sock, so it reads at the address that the entry
 * holds. That is safe: a read of unmapped memory gives 0 (exception table); within an RCU read-side section the memory of a freed TCP
 * socket is used for TCP sockets alone (SLAB_TYPESAFE_BY_RCU), and another socket has another cookie. The walk goes over socket_slots,
 * which is dense; going over the hash would cost its 262,144 buckets (6 ms).
 *
 * RCU does not protect the entries of the hash: a removed one may be another socket's at once (bpf_mem_cache_free(), htab_elem_free() of
 * 6.1 and later), and the walk would write into it. So while the walk runs nobody else removes entries (track_freed()). */
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

/* Slots that were given back, the last one first, so that those in use stay dense. */
struct {
	__uint(type, BPF_MAP_TYPE_STACK);
	__uint(max_entries, SOCKETS_MAX);
	__uint(key_size, 0);
	__type(value, u32);
} free_slots SEC(".maps");

/* On a listener its own cookie; on a child of it, by BPF_F_CLONE, the listener's. */
struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC | BPF_F_CLONE);
	__type(key, int);
	__type(value, u64);
} listeners SEC(".maps");

/* Of sockets for which there was no room. */
enum apart {
	APART_NOT,           /* an entry was made later */
	APART_OPEN,          /* it is in shared.apart */
	APART_ENDED,         /* it is not: it has ended, or is a listener */
};

struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, u64); /* enum apart */
} sockets_apart SEC(".maps");

extern void *bpf_rdonly_cast(void *obj, u32 btf_id) __ksym;

static __always_inline struct tracked *track_find(struct sock *sk, u64 cookie)
{
	return bpf_map_lookup_elem(&socket_table, &cookie);
}

/* Gives the entry a slot. False: all are taken. */
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

/* Removes the entry. Of two CPUs that do so only one deletes it (the other gets ENOENT), and that one gives the slot back. If free_slots
 * does not take it (its lock timed out), the slot is lost. */
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

/* There is no room for sk: each such socket is counted once, and connections as long as they are open. */
static __always_inline void apart_enter(struct sock *sk)
{
	u64 *mark = bpf_sk_storage_get(&sockets_apart, sk, 0, BPF_SK_STORAGE_GET_F_CREATE);
	u64 before = mark ? __sync_lock_test_and_set(mark, APART_OPEN) : APART_NOT;

	if (before == APART_NOT)
		count(COUNTER_SOCKETS_UNTRACKED);
	if (mark && before != APART_OPEN)
		__sync_fetch_and_add(&shared.apart, 1);
}

static __always_inline void apart_leave(struct sock *sk, enum apart to)
{
	u64 *mark = *(volatile u64 *)&shared.apart ? bpf_sk_storage_get(&sockets_apart, sk, 0, 0) : NULL;

	if (mark && __sync_val_compare_and_swap(mark, APART_OPEN, to) == APART_OPEN)
		__sync_fetch_and_add(&shared.apart, -1);
}

static __always_inline void track_not_apart(struct sock *sk)
{
	apart_leave(sk, APART_ENDED);
}

/* Where the walk may be at this entry, it is left to the next walk (walk_drop_freed()): a softirq may free a socket in the middle of the
 * walk that it interrupts. A walk that begins on another CPU just after the flag is read is not excluded; it would have to be at this very
 * entry. */
static __always_inline void track_freed(struct sock *sk, u64 cookie)
{
	apart_leave(sk, APART_ENDED);
	if (!*(volatile u64 *)&shared.walking)
		track_drop(cookie);
}

/* What BPF_F_CLONE does for storage.h: a child of a listener begins with what is kept for the listener. 0 or negative errno. */
static __always_inline long table_add(struct sock *sk, u64 cookie)
{
	u64 *listener = bpf_sk_storage_get(&listeners, sk, 0, 0);
	struct tracked *parent = listener ? bpf_map_lookup_elem(&socket_table, listener) : NULL, fresh = {};

	if (parent) {
		fresh.cookie = parent->cookie;
		fresh.how = parent->how;
		fresh.owner = parent->owner;
		fresh.several = parent->several;
		fresh.before = parent->before;
		barrier();
		if (parent->cookie != *listener) /* the listener has just been freed, and its entry reused */
			__builtin_memset(&fresh, 0, sizeof(fresh));
	}
	fresh.address = (u64)sk;
	return bpf_map_update_elem(&socket_table, &cookie, &fresh, BPF_NOEXIST);
}

static __always_inline struct tracked *track_make(struct sock *sk, u64 cookie)
{
	struct tracked *t = bpf_map_lookup_elem(&socket_table, &cookie);
	bool made;

	if (t)
		return t;
	made = !table_add(sk, cookie);
	t = bpf_map_lookup_elem(&socket_table, &cookie);
	if (!t) {
		apart_enter(sk);
		return NULL;
	}
	if (!made) /* another CPU has just made it */
		return t;
	if (!slot_take(t, cookie)) {
		apart_enter(sk);
		bpf_map_delete_elem(&socket_table, &cookie);
		return NULL;
	}
	apart_leave(sk, APART_NOT);
	return t;
}

static __always_inline void track_listens(struct sock *sk, u64 cookie)
{
	u64 *listener = bpf_sk_storage_get(&listeners, sk, 0, BPF_SK_STORAGE_GET_F_CREATE);

	if (listener)
		*listener = cookie;
}

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
