/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Subflows of MPTCP: TCP sockets that no descriptor leads to. Their process holds a descriptor of the MPTCP socket above, and each subflow knows
 * that one (struct mptcp_subflow_context, its ULP's data). The owner pass notes who holds which; a walk gives it to the subflows. */
#ifndef TCPTOP_MPTCP_H
#define TCPTOP_MPTCP_H

#include "owner.h"

struct mptcp_owner {
	struct owner owner;
	u32 pass; /* the address may be another socket's in a later one */
	u32 pad;
};

/* By the address of the MPTCP socket. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, u64);
	__type(value, struct mptcp_owner);
} mptcp_owners SEC(".maps");

static __always_inline void mptcp_met(struct sock *msk, struct task_struct *task)
{
	struct mptcp_owner found = { .pass = shared.owner_pass }, *known;
	u64 key = (u64)msk;

	known = bpf_map_lookup_elem(&mptcp_owners, &key);
	if (known && known->pass == found.pass)
		return;
	owner_read(&found.owner, task);
	bpf_map_update_elem(&mptcp_owners, &key, &found, BPF_ANY);
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

/* A subflow that joined was connected by the kernel's own worker. */
static __always_inline void mptcp_settle(struct tracked *t, struct tcp_sock *tp)
{
	struct mptcp_owner *found;
	u64 msk;

	if (!owner_is_weak(t) && t->how != OWNER_KERNEL)
		return;
	msk = mptcp_socket_of(tp);
	found = msk ? bpf_map_lookup_elem(&mptcp_owners, &msk) : NULL;
	if (!found || found->pass != shared.owner_pass)
		return;
	t->owner = found->owner;
	t->owner_pass = found->pass;
	t->how = OWNER_FILE;
	t->described = 0;
}

#endif
