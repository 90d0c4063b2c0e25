// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* A second kind of hook for openings and ends of TCP connections, beside inet_sock_set_state. Part of tcp_table.bpf.c. */
#include "lifecycle.h"

/* Changes to ESTABLISHED and CLOSE. On the hardened kernel of table.h no tracing program runs while PID 1 is current, so a change in a
 * softirq that interrupts PID 1 goes unseen by tcp_state (measured: 19 of 945,716 ends). A sockops program runs there too, and is not
 * skipped while it is already running, so tcp_state_again is not attached beside it. tcp_set_state() calls it before the tracepoint, where
 * track_is_witnessed() then says so. */
SEC("sockops")
int tcp_witness(struct bpf_sock_ops *ctx)
{
	struct bpf_sock *socket = ctx->sk;
	struct tcp_sock *tp;
	u64 cookie;

	switch (ctx->op) {
	case BPF_SOCK_OPS_TCP_CONNECT_CB:
	case BPF_SOCK_OPS_ACTIVE_ESTABLISHED_CB:
	case BPF_SOCK_OPS_PASSIVE_ESTABLISHED_CB:
		bpf_sock_ops_cb_flags_set(ctx, ctx->bpf_sock_ops_cb_flags | BPF_SOCK_OPS_STATE_CB_FLAG);
		return 1;
	case BPF_SOCK_OPS_STATE_CB:
		break;
	default:
		return 1;
	}
	if (ctx->args[1] != TCP_ESTABLISHED && ctx->args[1] != TCP_CLOSE)
		return 1;
	tp = socket ? bpf_skc_to_tcp_sock(socket) : NULL;
	if (!tp)
		return 1;
	cookie = bpf_get_socket_cookie(ctx);
	if (ctx->args[1] == TCP_CLOSE)
		lifecycle_closed((struct sock *)tp, cookie, ctx->args[0]);
	else
		lifecycle_established((struct sock *)tp, cookie, ctx->args[0]);
	return 1;
}
