// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* The tick while nothing moves: whether the sockets are as the last walk over all of them left them. Part of tcp.bpf.c and of tcp_table.bpf.c.
 *
 * Addresses that stand in a row, of which nothing has to be looked up, have the processor read several sockets at a time. A socket may have been freed meanwhile:
 * what is read then is that of TCP_CLOSE, in which every socket is freed, or of whatever its memory has become (its segments and four sequence numbers would have
 * to be the same), or 0 where there is none (bpf_rdonly_cast()). */
#include "still.h"

/* The body of bpf_loop(): one socket. 1 ends the loop, since it has changed. */
static long still_look(u32 index, void *context)
{
	u32 at = shared.still_next;
	struct still *s = bpf_map_lookup_elem(&still_sockets, &at);
	struct tcp_sock *tp;
	struct sock *sk;

	if (!s)
		return 1;
	sk = bpf_rdonly_cast((void *)s->sock, settings.sock_type);
	tp = bpf_rdonly_cast((void *)s->sock, settings.tcp_sock_type);
	if (still_sum(sk, tp) != s->sum) {
		shared.moving = 1;
		return 1;
	}
	shared.still_next = at + 1;
	return 0;
}

/* Up to STILL_AT_ONCE of them. What it iterates over is not used, as with tcp_walk. */
SEC("iter/bpf_map")
int tcp_still(struct bpf_iter__bpf_map *ctx)
{
	u64 left = shared.still - shared.still_next;

	if (!ctx->map || ctx->meta->seq_num)
		return 0;
	bpf_loop(left < STILL_AT_ONCE ? left : STILL_AT_ONCE, still_look, NULL, 0);
	shared.snapshot_end = bpf_ringbuf_query(&events, BPF_RB_PROD_POS);
	return 0;
}
