/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "tcp.h"
#include "counters.h"
#include "identity.h"
#include "../base/clock.h"

#include <string.h>

bool is_another_connection(const struct socket_entry *e, const struct diag_message *m)
{
	return e->last.local_port != m->local_port || e->last.remote_port != m->remote_port ||
	       memcmp(e->last.remote_address, m->remote, sizeof(m->remote));
}

/* tcp_disconnect() leaves them as they are. What the connection before had of them after its last dump, and this one until its first, is not known. */
static struct tcptop_tcp_limits limits_before(const struct socket_entry *e, const struct diag_message *m)
{
	return (struct tcptop_tcp_limits){
		.busy_us = m->busy_us,
		.peer_window_us = m->peer_window_us,
		.send_buffer_us = m->send_buffer_us,
		.min_rtt_us = e->limits.min_rtt_us ? e->limits.min_rtt_us : e->before.min_rtt_us,
	};
}

/* Of this connection alone. */
static void limits_since(struct tcptop_tcp_limits *l, const struct tcptop_tcp_limits *before)
{
	l->busy_us = sub_or_zero(l->busy_us, before->busy_us);
	l->peer_window_us = sub_or_zero(l->peer_window_us, before->peer_window_us);
	l->send_buffer_us = sub_or_zero(l->send_buffer_us, before->send_buffer_us);
	if (l->min_rtt_us == before->min_rtt_us)
		l->min_rtt_us = 0;
}

void tcp_dumped(struct netlink *n, struct netns *s, const struct diag_message *m)
{
	uint64_t cookie = cookie_of(n, s, m);
	struct tcptop_tcp_limits before = {};
	struct tcptop_tcp_path path;
	struct socket_entry *e;

	n->syn_recv += m->state == SYN_RECV; /* request socks too (inet_req_diag_fill()) */
	if (!m->has_info) /* a TIME_WAIT sock in FIN_WAIT2 (inet_diag_dump_icsk() compares tw_substate), or a request sock */
		return;
	if (m->state == SYN_SENT && !m->segments_out) /* no SYN yet: sock_sent_nothing() of bpf/sock.h */
		return;
	n->no_sent |= !m->has_sent;
	e = socket_add(&n->sockets, cookie);
	if (!e) {
		n->invalid_dumps++;
		return;
	}
	if (!e->pass || is_another_connection(e, m)) {
		if (e->pass)
			before = limits_before(e, m);
		*e = (struct socket_entry){ .last.cookie = cookie, .before = before };
		e->last.opened_ns = n->pass == 1 ? 0 : clock_ns(CLOCK_BOOTTIME);
	}
	e->netns_index = s - n->namespaces;
	e->pass = n->pass;
	e->missed = 0;
	socket_set_inode(n, e, m->inode);
	e->guess = dumped_direction(m);
	e->last.tag = TAG_TCP_LIVE;
	e->last.state = m->state;
	fill_identity(&e->last, s, m);
	if (m->state == LISTEN)
		listener_dumped(&s->listeners, m->local_port, cookie, n->pass);
	else
		fill_counters(&e->last, m, peer_fin_received(m->state));
	e->counts_syn = m->state != LISTEN && e->last.direction == DIRECTION_UNKNOWN && sends_were_refused(m, DIRECTION_UNKNOWN);
	if (m->state == LISTEN) {
		fill_listener_limits(&e->limits, m, cookie);
		return;
	}
	fill_limits(&e->limits, m, cookie);
	limits_since(&e->limits, &e->before);
	fill_path(&path, m, cookie, clock_ns(CLOCK_BOOTTIME));
	if (path_differs(&e->path, &path)) {
		e->path = path;
		e->path_is_told = false;
	}
}

void socket_complete(struct netlink *n, struct socket_entry *e)
{
	struct netns *s = &n->namespaces[e->netns_index];
	struct listener *l = e->last.state == LISTEN ? NULL : listener_find(&s->listeners, e->last.local_port);

	if (e->last.state == LISTEN)
		return;
	if (e->last.direction == DIRECTION_UNKNOWN)
		e->last.direction = l ? DIRECTION_INBOUND : e->guess ? e->guess : DIRECTION_OUTBOUND;
	if (e->counts_syn && e->last.direction == DIRECTION_OUTBOUND)
		e->last.tx_bytes = sub_or_zero(e->last.tx_bytes, 1);
	e->counts_syn = false;
	if (e->last.direction == DIRECTION_INBOUND)
		record_set_listener_owner(&e->last, l);
}
