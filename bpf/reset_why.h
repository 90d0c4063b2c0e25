/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Why this end sent a reset, as the kernel says since 6.10 (enum sk_rst_reason). The reset of a close() comes after the change of state, and so after
 * the record of the end. */
#ifndef TCPTOP_RESET_WHY_H
#define TCPTOP_RESET_WHY_H

#include "track.h"

/* The numbers are the running kernel's, by name (CO-RE): those that stand here mean nothing. */
enum sk_rst_reason {
	SK_RST_REASON_TCP_ABORT_ON_DATA,
	SK_RST_REASON_TCP_ABORT_ON_CLOSE,
	SK_RST_REASON_TCP_ABORT_ON_LINGER,
	SK_RST_REASON_TCP_ABORT_ON_MEMORY,
	SK_RST_REASON_TCP_STATE,
	SK_RST_REASON_TCP_DISCONNECT_WITH_DATA,
};

#define REASON_IS(reason, name)                                                \
	(bpf_core_enum_value_exists(enum sk_rst_reason, SK_RST_REASON_##name) && \
	 (reason) == bpf_core_enum_value(enum sk_rst_reason, SK_RST_REASON_##name))

static __always_inline u8 reset_why(u64 reason)
{
	if (REASON_IS(reason, TCP_ABORT_ON_CLOSE))
		return RESET_UNREAD;
	if (REASON_IS(reason, TCP_ABORT_ON_LINGER))
		return RESET_LINGER2;
	if (REASON_IS(reason, TCP_ABORT_ON_DATA))
		return RESET_DATA_AFTER_CLOSE;
	if (REASON_IS(reason, TCP_ABORT_ON_MEMORY))
		return RESET_MEMORY;
	if (REASON_IS(reason, TCP_DISCONNECT_WITH_DATA))
		return RESET_UNSENT;
	return REASON_IS(reason, TCP_STATE) ? RESET_STATE : RESET_UNKNOWN;
}

/* An MPTCP connection that its process closes with data unread or SO_LINGER 0: a reset for each subflow, before they are disconnected (mptcp_do_fastclose()).
 * The kernel's reason is data unread, whatever the cause. */
static __always_inline bool is_fast_close(struct sock *sk, u64 reason)
{
	struct tcp_sock *tp = sk ? bpf_skc_to_tcp_sock(sk) : NULL;

	return tp && is_subflow(tp) && REASON_IS(reason, TCP_ABORT_ON_CLOSE);
}

static __always_inline int reset_report(struct sock *sk, u64 reason)
{
	struct tcp_sock *tp = sk ? bpf_skc_to_tcp_sock(sk) : NULL; /* NULL: no socket, in TIME_WAIT, or in its handshake */
	u8 why = reset_why(reason);
	struct tcptop_tcp_reset r = { .tag = TAG_TCP_RESET, .size = sizeof(r), .why = why };
	struct tracked *t;

	if (!tp || why == RESET_UNKNOWN || sk->__sk_common.skc_state == TCP_LISTEN)
		return 0;
	r.cookie = bpf_get_socket_cookie(sk);
	t = track_find(sk, r.cookie);
	if (t && t->cookie != r.cookie) /* in its handshake */
		return 0;
	/* table.h has no entry of what was destroyed a moment before (tcp_reset() of a socket that no process holds). */
	r.opened_ns = t ? t->opened_ns : 0;
	if (bpf_ringbuf_output(&events, &r, sizeof(r), record_wake()))
		count(COUNTER_EVENTS_LOST);
	return 0;
}

#endif
