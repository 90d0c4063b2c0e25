/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "destroyed.h"
#include "counters.h"
#include "identity.h"
#include "other_ends.h"
#include "tcp.h"
#include "../base/clock.h"

#include <string.h>

#define DESTROY_BYTES (DUMP_BYTES / LOOKUPS_MOST)
#define DESTROYED_AT_ONCE 4096

/* Whether it takes a look-up of what is at the addresses now to know if bytes_received has the peer's FIN in it. */
static bool needs_lookup(const struct diag_message *m)
{
	return m->remote_port && ((m->bytes_received && m->unread != 1) || acked_beyond_payload(m) < 2);
}

/* It is this connection's: the SYN would have ended an older TIME_WAIT sock at the same addresses. */
static bool is_time_wait(struct lookup found)
{
	return found.state == TIME_WAIT || found.state == FIN_WAIT2;
}

/* connect() failed: nothing but a SYN was sent, and nobody answered in a way that would be measured. */
static bool is_lone_syn(const struct diag_message *m)
{
	return !m->bytes_acked && !m->bytes_received && !m->bytes_sent && !m->rtt_us && m->unacknowledged == 1;
}

/* Two bytes acknowledged beyond the payload are SYN and FIN: outbound. If the FIN was acknowledged (a TIME_WAIT sock is left) and there are
 * fewer than two, or none although everything was acknowledged, no SYN was sent: inbound. One byte, and nothing left at the addresses, is
 * either a SYN before a reset, or a FIN: then somebody listens on the port, or did in one of the last dumps, or when another connection ended. */
static uint8_t destroyed_direction(struct netns *s, const struct diag_message *m, const struct socket_entry *e, struct lookup found)
{
	if (e && e->last.direction)
		return e->last.direction;
	if (acked_beyond_payload(m) >= 2)
		return DIRECTION_OUTBOUND;
	if (is_time_wait(found) || found.state == LISTEN || listener_find(&s->listeners, m->local_port))
		return DIRECTION_INBOUND;
	if (m->has_sent && !m->unacknowledged && !acked_beyond_payload(m))
		return DIRECTION_INBOUND;
	return is_lone_syn(m) || (s->is_dumped && !s->is_stale) ? DIRECTION_OUTBOUND : DIRECTION_UNKNOWN;
}

/* Whether bytes_received includes the peer's FIN. The state would say so, but in a destroy message it is CLOSE. What else says so:
 *  - A socket closed by its process first becomes a TIME_WAIT socket (tcp_time_wait(); not if there are tcp_max_tw_buckets).
 *    If that happened in FIN_WAIT2, the peer's FIN came later and was never counted; if it came to the socket itself, nobody
 *    read it. But one that was shut down for writing alone is no orphan, and stays a socket until the peer's FIN has come (tcp_fin()), which
 *    its process may read. The last dump may have shown that, else only the other end can tell (other_ends_meet()).
 *  - A socket closed after its peer's FIN leaves nothing, and its own FIN has been acknowledged (LAST_ACK).
 *  - One byte not read, and no sign of a reset: that byte is the FIN.
 *  - Otherwise it was reset, or its process closed it with data unread: then the last dump's state must do. */
static bool fin_was_counted(const struct diag_message *m, const struct socket_entry *e, struct lookup found, uint8_t direction)
{
	bool own_fin_acknowledged = !m->unacknowledged && own_fin_sent(m, direction);

	if (e && peer_fin_received(e->last.state))
		return true;
	if (m->unread == 1)
		return true;
	if (m->unread)
		return false;
	if (found.state == FIN_WAIT2)
		return false;
	if (is_time_wait(found)) /* in the last dump it was shut down for writing only, and has read to the end since */
		return e && (e->last.state == FIN_WAIT1 || e->last.state == FIN_WAIT2) && e->inode;
	return own_fin_acknowledged;
}

#define SYN_AND_FIN 2

/* Where this machine refused packets, or the connection goes on in a new socket (TCP_REPAIR), the message alone does not tell a reset from a FIN, nor whether a
 * SYN was acknowledged (own_fin_sent()). The state was known in the last dump, and it has not sent less than it had by then. */
static void sent_settle(struct tcptop_tcp_record *r, const struct socket_entry *e, const struct diag_message *m)
{
	if (e && !is_another_connection(e, m) && r->tx_bytes < e->last.tx_bytes && e->last.tx_bytes - r->tx_bytes <= SYN_AND_FIN)
		r->tx_bytes = e->last.tx_bytes;
}

static void destroyed_append(struct netlink *n, const struct tcptop_tcp_record *r)
{
	if (bytes_append(&n->destroyed, r, sizeof(*r)))
		n->lost++;
}

/* Two acknowledgements of one SYN-ACK on two processors make two children (tcp_check_req()). inet_csk_complete_hashdance() drops
 * the second, which was no connection: all it has is the SYN that tcp_create_openreq_child() counts. */
static bool is_second_child(const struct diag_message *m)
{
	return m->has_info && !m->segments_out && m->segments_in <= 1;
}

/* When a process resets its own connection (SO_LINGER 0), tcp_disconnect() clears the counters and the peer's address: the message looks
 * like that of a socket that never was connected. The record then has the figures of the last dump; a connection that was in no dump has no
 * record. */
static void socket_destroyed(struct netlink *n, struct netns *s, const struct diag_message *m, struct lookup found)
{
	uint64_t cookie = cookie_of(n, s, m);
	struct socket_entry *e = socket_find(&n->sockets, cookie);
	struct tcptop_tcp_record r = {};
	bool fin;

	if (found.state == LISTEN)
		listener_met(&s->listeners, m->local_port, n->pass);
	if (!m->cookie || (!e && (!m->remote_port || is_second_child(m))))
		return;
	if (e)
		r = e->last;
	if (m->remote_port) {
		fill_identity(&r, s, m);
		r.direction = destroyed_direction(s, m, e, found);
		fin = fin_was_counted(m, e, found, r.direction);
		fill_counters(&r, m, fin);
		sent_settle(&r, e, m);
		other_ends_meet(n, &r, m->bytes_received);
	}
	r.cookie = cookie;
	r.tag = TAG_TCP_CLOSE;
	r.time_ns = clock_ns(CLOCK_BOOTTIME);
	r.state = e && e->last.state == LISTEN ? LISTEN : CLOSE;
	/* connect() failed: its SYN was never acknowledged */
	if (r.state == CLOSE && r.direction == DIRECTION_OUTBOUND && m->remote_port && !m->bytes_acked)
		r.state = SYN_SENT;
	if (!e) {
		r.opened_ns = r.time_ns;
		r.unknown |= UNKNOWN_AGE;
	}
	if (r.direction == DIRECTION_INBOUND)
		record_set_listener_owner(&r, listener_find(&s->listeners, r.local_port));
	destroyed_append(n, &r);
	socket_remove(&n->sockets, cookie);
}

/* Reads the destroy messages of one namespace that have come in, as records into n->destroyed. Returns how many. */
static int destroyed_read(struct netlink *n, struct netns *s)
{
	struct diag_message messages[LOOKUPS_MOST], unclear[LOOKUPS_MOST];
	struct lookup lookups[LOOKUPS_MOST] = {}, found[LOOKUPS_MOST] = {};
	int count = netns_read_destroyed(s, n->exchange.buffer, DESTROY_BYTES, messages, LOOKUPS_MOST);
	int wanted_at[LOOKUPS_MOST], wanted = 0;

	for (int i = 0; i < count; i++) {
		if (!needs_lookup(&messages[i]))
			continue;
		unclear[wanted] = messages[i];
		wanted_at[wanted++] = i;
	}
	if (wanted && !netns_lookup(&n->exchange, s, unclear, wanted, lookups))
		for (int i = 0; i < wanted; i++)
			found[wanted_at[i]] = lookups[i];
	for (int i = 0; i < count; i++)
		socket_destroyed(n, s, &messages[i], found[i]);
	return count;
}

int32_t destroyed_drain(struct netlink *n, uint8_t *buffer, uint32_t capacity)
{
	struct bytes *f = &n->destroyed;
	size_t bytes;

	if (f->read == f->length) {
		int read = 0;

		f->read = f->length = 0;
		n->batch++;
		for (size_t i = 0; i < n->netns_count; i++)
			for (int count = LOOKUPS_MOST; n->namespaces[i].inode && count == LOOKUPS_MOST && read < DESTROYED_AT_ONCE; read += count)
				count = destroyed_read(n, &n->namespaces[i]);
	}
	bytes = f->length - f->read;
	if (bytes > capacity)
		bytes = capacity - capacity % sizeof(struct tcptop_tcp_record);
	if (bytes) /* f->data is NULL before the first record */
		memcpy(buffer, f->data + f->read, bytes);
	f->read += bytes;
	return bytes;
}
