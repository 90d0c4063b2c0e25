/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Subflows of MPTCP: TCP sockets that no descriptor leads to. Their process holds a descriptor of the MPTCP socket above, and each subflow knows
 * that one (struct mptcp_subflow_context, its ULP's data). The owner pass notes who holds which, and settles whose it is as for any socket; a walk
 * gives it to the subflows. */
#ifndef TCPTOP_MPTCP_H
#define TCPTOP_MPTCP_H

#include "owner.h"

/* By the address of the MPTCP socket, which may be another one's in a later pass: then its holder takes the place of the one before, as the holder
 * of a socket that was handed on does (owner_settle()). Only what owner.h keeps is used. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, u64);
	__type(value, struct tracked);
} mptcp_owners SEC(".maps");

static __always_inline void mptcp_met(struct sock *msk, struct task_struct *task)
{
	u64 key = (u64)msk;
	struct tracked *m = bpf_map_lookup_elem(&mptcp_owners, &key), fresh = {};

	if (!m) {
		bpf_map_update_elem(&mptcp_owners, &key, &fresh, BPF_NOEXIST);
		m = bpf_map_lookup_elem(&mptcp_owners, &key);
	}
	if (m)
		owner_met(m, task);
}

/* 0: not a subflow, or not to be told. ULP data is a pointer to nothing in particular, so what it points at is read by the helper that
 * lockdown=confidentiality refuses. */
static __always_inline u64 mptcp_socket_of(struct tcp_sock *tp)
{
	u64 msk = 0;

	if (!settings.long_names || !bpf_core_field_exists(tp->is_mptcp) || !tp->is_mptcp ||
	    !bpf_core_field_exists(struct mptcp_subflow_context, conn))
		return 0;
	bpf_probe_read_kernel(&msk, sizeof(msk), tp->inet_conn.icsk_ulp_data + bpf_core_field_offset(struct mptcp_subflow_context, conn));
	return msk;
}

static __always_inline bool owner_is_same(const struct owner *a, const struct owner *b)
{
	const u64 *x = (const u64 *)a, *y = (const u64 *)b;

	_Static_assert(sizeof(*a) % sizeof(*x) == 0, "whole words");
#pragma unroll
	for (u32 i = 0; i < sizeof(*a) / sizeof(*x); i++)
		if (x[i] != y[i])
			return false;
	return true;
}

/* Whoever connected the subflow is the owner while it holds the MPTCP socket, though others were met first. A subflow that joined was connected
 * by the kernel's own worker. False: the last owner pass met nobody that holds an MPTCP socket above this one. */
static __always_inline bool mptcp_settle(struct tracked *t, struct tcp_sock *tp)
{
	u64 msk = mptcp_socket_of(tp);
	struct tracked *m = msk ? bpf_map_lookup_elem(&mptcp_owners, &msk) : NULL;

	if (!m || owner_is_weak(m))
		return false;
	if (t->how == OWNER_CONNECT && m->candidate_pass == shared.owner_pass && m->candidate.tgid == t->owner.tgid)
		owner_swap(m);
	owner_settle(m);
	if (m->owner_pass != shared.owner_pass)
		return false;
	if (owner_is_same(&t->owner, &m->owner) && t->several == m->several && !owner_is_weak(t))
		return true;
	t->how = t->how == OWNER_CONNECT && t->owner.tgid == m->owner.tgid ? OWNER_CONNECT : OWNER_FILE;
	t->owner = m->owner;
	t->several = m->several;
	t->described = 0;
	return true;
}

#endif
