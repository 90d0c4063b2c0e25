/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* For tcp.bpf.c: keeper.h by socket storage. The kernel frees it with the socket, whatever happens to tcptop. */
#ifndef TCPTOP_STORAGE_H
#define TCPTOP_STORAGE_H

#include "keeper.h"

/* BPF_F_CLONE: a child of a listener begins with a copy of the listener's value (bpf_sk_storage_clone(), called by sk_clone_lock()), so that
 * the listener's owner is there in softirq, where the handshake ends, without a look-up. */
struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC | BPF_F_CLONE);
	__type(key, int);
	__type(value, struct tracked);
} tracked_sockets SEC(".maps");

extern void *bpf_rdonly_cast(void *obj, u32 btf_id) __ksym __weak; /* since 6.2, for tcp_still alone */

static __always_inline struct tracked *track_find(struct sock *sk, u64 cookie)
{
	return bpf_sk_storage_get(&tracked_sockets, sk, 0, 0);
}

static __always_inline struct tracked *track_make(struct sock *sk, u64 cookie)
{
	struct tracked *t = bpf_sk_storage_get(&tracked_sockets, sk, 0, BPF_SK_STORAGE_GET_F_CREATE);

	if (!t)
		count(COUNTER_SOCKETS_UNTRACKED);
	return t;
}

/* The kernel does it. */
static __always_inline void track_freed(struct sock *sk, u64 cookie)
{
}

/* There is room. */
static __always_inline void track_not_apart(struct sock *sk)
{
}

/* BPF_F_CLONE does it. */
static __always_inline void track_listens(struct sock *sk, u64 cookie)
{
}

static __always_inline void track_reset(struct tracked *t, u64 cookie)
{
	__builtin_memset(t, 0, sizeof(*t));
	t->cookie = cookie;
}

#endif
