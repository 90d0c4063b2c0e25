/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "tcp.h"
#include "counters.h"
#include "shown.h"
#include "../base/clock.h"

#include <string.h>

static bool is_another_connection(const struct known *k, const struct diag_message *m)
{
	return k->last.local_port != m->local_port || k->last.remote_port != m->remote_port ||
	       memcmp(k->last.remote_address, m->remote, sizeof(m->remote));
}

void tcp_shown(struct netlink *n, struct space *s, const struct diag_message *m)
{
	uint64_t cookie = cookie_of(n, s, m);
	struct known *k;

	n->syn_recv += m->state == SYN_RECV; /* half-open requests too (inet_req_diag_fill()) */
	if (!m->has_info) /* TIME_WAIT dressed as FIN_WAIT2 (inet_diag_dump_icsk() goes by tw_substate), or a half-open request */
		return;
	n->no_sent |= !m->has_sent;
	k = known_add(&n->sockets, cookie);
	if (!k) {
		n->invalid_dumps++;
		return;
	}
	if (!k->pass || is_another_connection(k, m)) {
		*k = (struct known){ .last.cookie = cookie };
		k->last.opened_ns = n->pass == 1 ? 0 : clock_ns(CLOCK_BOOTTIME);
	}
	k->space = s - n->spaces;
	k->pass = n->pass;
	k->missed = 0;
	known_inode(n, k, m->inode);
	k->guess = shown_direction(m);
	k->last.tag = TAG_TCP_LIVE;
	k->last.state = m->state;
	fill_identity(&k->last, s, m);
	if (m->state == LISTEN)
		listener_shown(&s->listeners, m->local_port, cookie, n->pass);
	else
		fill_counters(&k->last, m, fin_is_in(m->state));
	k->counts_syn = m->state != LISTEN && k->last.direction == DIRECTION_UNKNOWN && attempts_were_refused(m, DIRECTION_UNKNOWN);
}

void known_settle(struct netlink *n, struct known *k)
{
	struct space *s = &n->spaces[k->space];
	struct listener *l = k->last.state == LISTEN ? NULL : listener_find(&s->listeners, k->last.local_port);

	if (k->last.state == LISTEN)
		return;
	if (k->last.direction == DIRECTION_UNKNOWN)
		k->last.direction = l ? DIRECTION_INBOUND : k->guess ? k->guess : DIRECTION_OUTBOUND;
	if (k->counts_syn && k->last.direction == DIRECTION_OUTBOUND)
		k->last.tx_bytes = without(k->last.tx_bytes, 1);
	k->counts_syn = false;
	if (k->last.direction == DIRECTION_INBOUND)
		own_by_listener(&k->last, l);
}
