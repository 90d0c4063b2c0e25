/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* For the owner pass and the snapshot: owners of MPTCP subflows, which are TCP sockets without a descriptor. The process holds a descriptor
 * of the MPTCP socket, to which each subflow points (struct mptcp_subflow_context, its ULP data). The owner pass notes the holders of MPTCP
 * sockets here; the next snapshot copies the owner to the subflows. */
#ifndef TCPTOP_MPTCP_H
#define TCPTOP_MPTCP_H

#include "owner.h"
#include "sock.h"

/* By the address of the MPTCP socket. When the memory becomes another MPTCP socket, its holder replaces the former owner after the next
 * pass, as with a socket that was passed to another process (owner_apply_pass()). Of struct tracked only the fields that owner.h uses are
 * used. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, u64);
	__type(value, struct tracked);
} mptcp_owners SEC(".maps");

static __always_inline void mptcp_holder_met(struct sock *msk, struct task_struct *task)
{
	u64 key = (u64)msk;
	struct tracked *m = bpf_map_lookup_elem(&mptcp_owners, &key), fresh = {};

	if (!m) {
		bpf_map_update_elem(&mptcp_owners, &key, &fresh, BPF_NOEXIST);
		m = bpf_map_lookup_elem(&mptcp_owners, &key);
	}
	if (m)
		owner_holder_met(m, task);
}

/* Address of the MPTCP socket that tp is a subflow of. 0: it is none, or this kernel does not say. icsk_ulp_data is a void pointer, so what
 * it points at can only be read by bpf_probe_read_kernel(), which lockdown=confidentiality refuses (settings.long_names). */
static __always_inline u64 mptcp_socket_of(struct tcp_sock *tp)
{
	u64 msk = 0;

	if (!settings.long_names || !is_subflow(tp) || !bpf_core_field_exists(struct mptcp_subflow_context, conn))
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

/* Gives subflow t the owner of its MPTCP socket. Of several holders the process that called connect() is the owner while it is one of them; a
 * further subflow (MP_JOIN) is connected by a kernel worker. False: not a subflow, or the last owner pass found no holder of its MPTCP socket. */
static __always_inline bool mptcp_take_owner(struct tracked *t, struct tcp_sock *tp)
{
	u64 msk = mptcp_socket_of(tp);
	struct tracked *m = msk ? bpf_map_lookup_elem(&mptcp_owners, &msk) : NULL;

	if (!m || owner_is_weak(m))
		return false;
	if (t->how == OWNER_CONNECT && m->candidate_pass == shared.owner_pass && m->candidate.tgid == t->owner.tgid)
		owner_swap(m);
	owner_apply_pass(m);
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
