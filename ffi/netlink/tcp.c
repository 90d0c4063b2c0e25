/* SPDX-License-Identifier: MIT */
/* What a message says, as a record. */
#define _GNU_SOURCE
#include "netlink.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ESTABLISHED = 1, SYN_SENT = 2, SYN_RECV = 3, FIN_WAIT1 = 4, FIN_WAIT2 = 5, TIME_WAIT = 6, CLOSE = 7, CLOSE_WAIT = 8, LAST_ACK = 9, LISTEN = 10, CLOSING = 11 };

uint64_t cookie_of(const struct netlink *n, const struct space *s, const struct diag_message *m)
{
	return m->cookie | (uint64_t)(s - n->spaces) << 48;
}

static uint64_t payload_sent(const struct diag_message *m)
{
	return m->bytes_sent > m->bytes_retrans ? m->bytes_sent - m->bytes_retrans : 0;
}

struct listener *listener_find(struct space *s, uint16_t port)
{
	for (size_t i = 0; i < s->listener_count; i++)
		if (s->listeners[i].port == port)
			return &s->listeners[i];
	return NULL;
}

static void listener_shown(struct netlink *n, struct space *s, const struct diag_message *m)
{
	struct listener *l = listener_find(s, m->local_port);

	if (!l && s->listener_count == s->listener_capacity) {
		size_t capacity = s->listener_capacity ? s->listener_capacity * 2 : 16;
		struct listener *more = realloc(s->listeners, capacity * sizeof(*more));

		if (!more)
			return;
		s->listeners = more;
		s->listener_capacity = capacity;
	}
	if (!l) {
		l = &s->listeners[s->listener_count++];
		*l = (struct listener){ .port = m->local_port };
	}
	l->pass = n->pass;
	l->cookie = cookie_of(n, s, m);
}

/* A listener's owner stands in for that of a connection nobody has been found to hold. A closed one is remembered for a while:
 * the connections that it took in outlive it. */
void listeners_settle(struct netlink *n, struct space *s)
{
	for (size_t i = 0; i < s->listener_count; i++) {
		struct listener *l = &s->listeners[i];
		const struct known *k = known_find(&n->sockets, l->cookie);

		if (k && k->last.how != OWNER_NONE) {
			l->how = OWNER_LISTENER;
			owned(&l->owner, &k->last);
		}
		if (n->pass - l->pass > LISTENER_KEPT_PASSES)
			s->listeners[i--] = s->listeners[--s->listener_count];
	}
}

static void own_by_listener(struct tcptop_tcp_record *r, const struct listener *l)
{
	if (!l || r->how > OWNER_LISTENER || l->how == OWNER_NONE)
		return;
	own(r, l->how, &l->owner);
}

void fill_identity(struct tcptop_tcp_record *r, const struct space *s, const struct diag_message *m)
{
	r->size = sizeof(*r);
	r->family = m->family;
	r->time_ns = clock_ns(CLOCK_BOOTTIME);
	r->netns = s->inode;
	r->local_port = m->local_port;
	r->remote_port = m->remote_port;
	memcpy(r->local_address, m->local, sizeof(r->local_address));
	memcpy(r->remote_address, m->remote, sizeof(r->remote_address));
	r->scope = m->family == 6 ? m->interface : 0;
}

static uint64_t without(uint64_t bytes, uint64_t less)
{
	return bytes > less ? bytes - less : 0;
}

/* What has sequence numbers and has left, as sock_tx_bytes() in bpf/sock.h has it; beside payload the SYN of an active opener
 * (tcp_ack() in tcp_rcv_synsent_state_process()) and our FIN. */
static uint64_t sequence_sent(const struct diag_message *m)
{
	return m->bytes_acked + without(m->unacknowledged, m->not_sent);
}

static bool own_fin_may_be_out(uint8_t state)
{
	return state == FIN_WAIT1 || state == FIN_WAIT2 || state == CLOSING || state == LAST_ACK;
}

/* Whether our FIN is among it. A dump has the state. A farewell has none: bytes_sent less bytes_retrans tells, unless this machine refused
 * packets, each of which counts as sent; then a connection that has nothing left to acknowledge is taken to have ended in order. */
static bool own_fin_is_out(const struct diag_message *m, uint8_t direction)
{
	uint64_t left = without(sequence_sent(m), direction == DIRECTION_OUTBOUND), payload = payload_sent(m);

	if (m->state != CLOSE)
		return own_fin_may_be_out(m->state) && !m->not_sent;
	if (m->has_sent && payload <= left)
		return payload < left;
	return left && !m->unacknowledged;
}

/* More attempts than ever got a sequence number. */
static bool attempts_were_refused(const struct diag_message *m, uint8_t direction)
{
	return !m->has_sent || payload_sent(m) > without(sequence_sent(m), own_fin_is_out(m, direction));
}

/* Where no attempt was refused bytes_sent less bytes_retrans is the payload, whichever way the connection was opened; otherwise it is more
 * than ever got a sequence number. */
static uint64_t sent_bytes(const struct diag_message *m, const struct tcptop_tcp_record *r)
{
	uint64_t left = without(sequence_sent(m), own_fin_is_out(m, r->direction));

	if (!attempts_were_refused(m, r->direction))
		return payload_sent(m);
	return without(left, r->direction == DIRECTION_OUTBOUND);
}

static void fill_counters(struct tcptop_tcp_record *r, const struct diag_message *m, bool fin)
{
	r->rx_bytes = m->bytes_received - (fin && m->bytes_received);
	r->tx_bytes = sent_bytes(m, r);
	r->rx_packets = m->segments_in;
	r->tx_packets = m->segments_out;
	r->srtt_us = m->rtt_us;
	r->rttvar_us = m->rttvar_us;
	r->cwnd = m->cwnd;
	r->retransmits = m->retransmits;
}

/* tcp_fin() moves to these states, and bytes_received has counted the FIN by then (tcp_rcv_nxt_update()). */
static bool fin_is_in(uint8_t state)
{
	return state == CLOSE_WAIT || state == LAST_ACK || state == CLOSING;
}

/* What was acknowledged beyond the payload: an active opener's SYN is one, our own FIN is one. Below 0: not all of it was. */
static int64_t acknowledged_beyond(const struct diag_message *m)
{
	return (int64_t)(m->bytes_acked - payload_sent(m));
}

/* While nothing is under way and no FIN is sent, only the SYN can be beyond the payload. State and queue are read before the
 * counters (inet_sk_diag_fill()), which may know of a FIN by then: where somebody listens on the port, that counts for more. */
static uint8_t shown_direction(const struct diag_message *m)
{
	bool settled = (m->state == ESTABLISHED || m->state == CLOSE_WAIT) && !m->unacknowledged && !m->not_sent;

	if (!m->has_sent || !settled)
		return DIRECTION_UNKNOWN;
	switch (acknowledged_beyond(m)) {
	case 0: return DIRECTION_INBOUND;
	case 1: return DIRECTION_OUTBOUND;
	default: return DIRECTION_UNKNOWN;
	}
}

static bool is_another_connection(const struct known *k, const struct diag_message *m)
{
	return k->last.local_port != m->local_port || k->last.remote_port != m->remote_port ||
	       memcmp(k->last.remote_address, m->remote, sizeof(m->remote));
}

void known_inode(struct netlink *n, struct known *k, uint32_t inode)
{
	if (k->inode != inode)
		k->asked_pass = 0;
	k->inode = inode;
	if (inode && !k->asked_pass && k->last.how <= OWNER_LISTENER)
		n->unknown_sockets++;
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
		listener_shown(n, s, m);
	else
		fill_counters(&k->last, m, fin_is_in(m->state));
	k->counts_syn = m->state != LISTEN && k->last.direction == DIRECTION_UNKNOWN && attempts_were_refused(m, DIRECTION_UNKNOWN);
}

void known_settle(struct netlink *n, struct known *k)
{
	struct space *s = &n->spaces[k->space];
	struct listener *l = k->last.state == LISTEN ? NULL : listener_find(s, k->last.local_port);

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

bool tcp_farewell_is_open(const struct diag_message *m)
{
	return m->remote_port && ((m->bytes_received && m->unread != 1) || acknowledged_beyond(m) < 2);
}

/* An older one at the same addresses cannot be: this connection's SYN would have ended it. */
static bool is_time_wait(struct answer found)
{
	return found.state == TIME_WAIT || found.state == FIN_WAIT2;
}

/* Where two bytes were acknowledged beyond the payload, one was the SYN. Where there was only the FIN (a socket in TIME_WAIT
 * has had it acknowledged), or nothing although all has been acknowledged, no SYN was sent. One byte and nothing left at these
 * addresses is either a FIN, or a SYN before a reset: taken for the FIN once the peer has sent something. */
static uint8_t farewell_direction(struct space *s, const struct diag_message *m, const struct known *k, struct answer found)
{
	if (k && k->last.direction)
		return k->last.direction;
	if (acknowledged_beyond(m) >= 2)
		return DIRECTION_OUTBOUND;
	if (is_time_wait(found) || found.state == LISTEN || listener_find(s, m->local_port))
		return DIRECTION_INBOUND;
	return m->bytes_received && !m->unacknowledged && acknowledged_beyond(m) >= 0 ? DIRECTION_INBOUND : DIRECTION_OUTBOUND;
}

/* The state is gone when the farewell is written, and with it whether bytes_received holds the peer's FIN. What is left of it:
 *  - A socket closed by its process first becomes a TIME_WAIT socket (tcp_time_wait(); not if there are tcp_max_tw_buckets).
 *    If that happened in FIN_WAIT2, the peer's FIN came later and was never counted; if it came to the socket itself, nobody
 *    read it.
 *  - A socket closed after its peer's FIN leaves nothing, and its own FIN has been acknowledged (LAST_ACK).
 *  - One byte not read, and no sign of a reset: that byte is the FIN.
 *  - Otherwise it was reset, or its process closed it with data unread: then the last dump's state must do. */
static bool fin_was_counted(const struct diag_message *m, const struct known *k, struct answer found, uint8_t direction)
{
	bool own_fin_acknowledged = !m->unacknowledged && own_fin_is_out(m, direction);

	if (k && fin_is_in(k->last.state))
		return true;
	if (m->unread == 1)
		return true;
	if (m->unread)
		return false;
	if (is_time_wait(found)) /* shut down for writing only, when a dump last saw it: it has read to the end since */
		return k && k->last.state == FIN_WAIT2 && k->inode;
	return own_fin_acknowledged;
}

static void farewell_append(struct netlink *n, const struct tcptop_tcp_record *r)
{
	if (bytes_reserve(&n->farewells, sizeof(*r))) {
		n->lost++;
		return;
	}
	memcpy(n->farewells.data + n->farewells.length, r, sizeof(*r));
	n->farewells.length += sizeof(*r);
}

/* Two acknowledgements of one SYN-ACK on two processors make two children (tcp_check_req()). inet_csk_complete_hashdance() drops
 * the second, which was no connection: all it has is the SYN that tcp_create_openreq_child() counts. */
static bool is_second_child(const struct diag_message *m)
{
	return m->has_info && !m->segments_out && m->segments_in <= 1;
}

/* A process that resets its own connection (SO_LINGER 0) has its counters and the peer's address wiped (tcp_disconnect()): what
 * the last dump saw is all there is, and nothing of one that no dump saw. Such a farewell looks like that of a socket that
 * never was connected. */
void tcp_said_farewell(struct netlink *n, struct space *s, const struct diag_message *m, struct answer found)
{
	uint64_t cookie = cookie_of(n, s, m);
	struct known *k = known_find(&n->sockets, cookie);
	struct tcptop_tcp_record r = {};

	if (!m->cookie || (!k && (!m->remote_port || is_second_child(m))))
		return;
	if (k)
		r = k->last;
	if (m->remote_port) {
		fill_identity(&r, s, m);
		r.direction = farewell_direction(s, m, k, found);
		fill_counters(&r, m, fin_was_counted(m, k, found, r.direction));
	}
	r.cookie = cookie;
	r.tag = TAG_TCP_CLOSE;
	r.time_ns = clock_ns(CLOCK_BOOTTIME);
	r.state = k && k->last.state == LISTEN ? LISTEN : CLOSE;
	/* Its SYN was never acknowledged. */
	if (r.state == CLOSE && r.direction == DIRECTION_OUTBOUND && m->remote_port && !m->bytes_acked)
		r.state = SYN_SENT;
	if (!k) {
		r.opened_ns = r.time_ns;
		r.unknown |= UNKNOWN_AGE;
	}
	if (r.direction == DIRECTION_INBOUND)
		own_by_listener(&r, listener_find(s, r.local_port));
	farewell_append(n, &r);
	known_remove(&n->sockets, cookie);
}
