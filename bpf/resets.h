/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* The reset that the socket's change to TCP_CLOSE follows from, where sk_err does not tell: the kernel writes it and then changes the state, and a
 * process that asks for SO_ERROR on another CPU in between takes it away, without the socket's lock. */
#ifndef TCPTOP_RESETS_H
#define TCPTOP_RESETS_H

#include "sock.h"

#define ECONNABORTED 103
#define ECONNRESET 104
/* tcp_reset() and tcp_abort() go on to the change at once, on the same CPU; what they are interrupted by takes less. */
#define RESET_NS 1000000

/* The last of this CPU. */
struct reset_seen {
	u64 cookie; /* of its socket: another one may have the address a moment later. Every socket that is followed has one */
	u64 at_ns;
	u64 error;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct reset_seen);
} resets SEC(".maps");

static __always_inline void reset_note(const struct sock *sk, u64 error)
{
	u32 only = 0;
	struct reset_seen *seen = sk ? bpf_map_lookup_elem(&resets, &only) : NULL;

	if (!seen)
		return;
	seen->cookie = sk->__sk_common.skc_cookie.counter;
	seen->at_ns = bpf_ktime_get_boot_ns();
	seen->error = error;
}

/* ECONNRESET: one came in. ECONNABORTED: one was sent before the change, as tcp_abort() does; close() sends its own after it. 0: neither, or it was that of
 * the connection that the socket had before: opened_ns is this one's, 0 where it is not known. */
static __always_inline int reset_seen(const struct sock *sk, u64 opened_ns)
{
	u32 only = 0;
	struct reset_seen *seen = bpf_map_lookup_elem(&resets, &only);

	if (!seen || !seen->cookie || seen->cookie != (u64)sk->__sk_common.skc_cookie.counter)
		return 0;
	if (seen->at_ns < opened_ns || bpf_ktime_get_boot_ns() - seen->at_ns > RESET_NS)
		return 0;
	return seen->error;
}

#endif
