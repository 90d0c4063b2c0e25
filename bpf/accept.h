/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* For the TCP programs: which of several processes that hold a listener, as after fork(), accepts its connections and so is its owner.
 * accept() has no hook that may be used, but the owner of an accepted connection is the process that accepted it. It is noted here when it
 * becomes known, for listeners of which an owner pass found several holders; the next owner pass, which meets every holder, compares. */
#ifndef TCPTOP_ACCEPT_H
#define TCPTOP_ACCEPT_H

#include "owner.h"

struct acceptor {
	u32 tgid;
	u32 netns;
	u32 port;
};

/* CLOCK_BOOTTIME of the last connection that the process was seen to have accepted from the port. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, struct acceptor);
	__type(value, u64);
} acceptors SEC(".maps");

static __always_inline struct acceptor acceptor_of(struct sock *sk, u32 tgid)
{
	struct acceptor a = {};

	a.tgid = tgid;
	a.netns = sock_netns(sk);
	a.port = sk->__sk_common.skc_num;
	return a;
}

/* The owner of connection sk has just become known. */
static __always_inline void acceptor_note(struct sock *sk, const struct tracked *t)
{
	struct acceptor a;
	u64 now;

	if (!t->listener_several || owner_is_weak(t))
		return;
	a = acceptor_of(sk, t->owner.tgid);
	now = bpf_ktime_get_boot_ns();
	bpf_map_update_elem(&acceptors, &a, &now, BPF_ANY);
}

/* An owner pass meets task with a descriptor of listener sk: of all holders the one that accepted last becomes the owner. */
static __always_inline void accept_holder_met(struct sock *sk, struct tracked *t, struct task_struct *task)
{
	struct acceptor a;
	u64 *last;

	if (!t->several)
		return;
	a = acceptor_of(sk, task->tgid);
	last = bpf_map_lookup_elem(&acceptors, &a);
	if (!last || *last <= t->used_ns)
		return;
	t->used_ns = *last;
	if (t->owner.tgid != (u32)task->tgid)
		owner_take_over(t, task);
}

#endif
