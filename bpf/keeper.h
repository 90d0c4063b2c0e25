/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* For the TCP programs: where the struct tracked of each TCP socket is kept, without regard to which of two places that is. storage.h keeps
 * it in the socket's own storage; table.h in a hash, for kernels that refuse to iterate over that storage. An object includes one of the
 * two (tcp.bpf.c, tcp_table.bpf.c); nobody else does.
 *
 * cookie is always bpf_get_socket_cookie() of sk: callers need it themselves, and have asked for it. What is returned may be written
 * without a lock while another CPU does so too; callers set single fields, in an order that bears that. */
#ifndef TCPTOP_KEEPER_H
#define TCPTOP_KEEPER_H

#include "maps.h"

/* NULL: nothing is kept for sk. In a child of a listener t->cookie differs from cookie until track_inherit(): what is there is a copy of what is
 * kept for the listener. From any program: at changes of state, in process context or softirq with the socket locked; in iterators,
 * most of which hold no lock. */
static __always_inline struct tracked *track_find(struct sock *sk, u64 cookie);

/* As track_find(), and where nothing is kept makes an entry: zeroed (t->cookie is 0), or a copy of the listener's for a child of a listener.
 * NULL, and counted as COUNTER_SOCKETS_UNTRACKED: no memory, or no room. */
static __always_inline struct tracked *track_make(struct sock *sk, u64 cookie);

/* The kernel frees the socket, and what is kept for it goes. From tcp_destroyed alone, as its last act. */
static __always_inline void track_freed(struct sock *sk, u64 cookie);

/* sk, for which track_make() found no room, is no connection any more, or never was one: a listener. */
static __always_inline void track_not_apart(struct sock *sk);

/* sk is a listener, about to have its first child or met in mid-life: from now on its children begin with a copy of what is kept for it.
 * After track_make(). From inet_sock_set_state in the context of listen(), and from iterators. */
static __always_inline void track_listens(struct sock *sk, u64 cookie);

/* The socket begins a connection: all that was known of the one before is zeroed, and t->cookie set. Where the entry itself is stays. From
 * inet_sock_set_state, in the context of connect() or listen(). */
static __always_inline void track_reset(struct tracked *t, u64 cookie);

#endif
