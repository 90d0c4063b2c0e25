/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* What is remembered for a socket, in the socket's own storage: it is freed with it, whatever happens to us. */
#ifndef TCPTOP_STORAGE_H
#define TCPTOP_STORAGE_H

#include "keeper.h"

/* BPF_F_CLONE: an accepted socket starts with its listener's value (bpf_sk_storage_clone(), called by
 * sk_clone_lock()), so the listener's owner is known without a look-up while the handshake is handled in softirq. */
struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC | BPF_F_CLONE);
	__type(key, int);
	__type(value, struct tracked);
} tracked_sockets SEC(".maps");

static __always_inline struct tracked *track_find(struct sock *sk, u64 cookie)
{
	return bpf_sk_storage_get(&tracked_sockets, sk, 0, 0);
}

/* NULL when the kernel has no memory for it; counted. */
static __always_inline struct tracked *track_make(struct sock *sk, u64 cookie)
{
	struct tracked *t = bpf_sk_storage_get(&tracked_sockets, sk, 0, BPF_SK_STORAGE_GET_F_CREATE);

	if (!t)
		count(COUNTER_SOCKETS_UNTRACKED);
	return t;
}

static __always_inline void track_freed(u64 cookie)
{
}

static __always_inline void track_listens(struct sock *sk, u64 cookie)
{
}

/* bpf/walk.h only. */
static __always_inline void track_witness(struct sock_common *sk)
{
}

static __always_inline bool track_is_witnessed(struct sock *sk)
{
	return false;
}

static __always_inline void track_reset(struct tracked *t, u64 cookie)
{
	__builtin_memset(t, 0, sizeof(*t));
	t->cookie = cookie;
}

#endif
