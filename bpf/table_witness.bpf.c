// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* A second kind of hook for openings and ends of TCP connections, beside inet_sock_set_state. Part of tcp_table.bpf.c. */
#include "lifecycle.h"

/* A third witness of openings and ends, of another kind: on the hardened kernel that table.h tells of, no tracing program runs while the
 * machine's first process is current, so what a softirq does that happens to interrupt that one goes unseen by the others (measured:
 * 19 of 945,716 ends). Nor is it left out while it is already running. It comes first (tcp_set_state()), and they then have nothing to do,
 * so tcp_state_again is not attached beside it. */
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
