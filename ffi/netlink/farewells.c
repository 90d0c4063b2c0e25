/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "farewells.h"
#include "counters.h"
#include "shown.h"
#include "../base/clock.h"

#include <string.h>

#define FAREWELL_BYTES (DUMP_BYTES / QUESTIONS)
#define FAREWELLS_AT_ONCE 4096

/* Whether the FIN byte of this farewell can be told only by asking who is there now. */
static bool is_open(const struct diag_message *m)
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
	if (is_time_wait(found) || found.state == LISTEN || listener_find(&s->listeners, m->local_port))
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
	if (bytes_append(&n->farewells, r, sizeof(*r)))
		n->lost++;
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
static void said_farewell(struct netlink *n, struct space *s, const struct diag_message *m, struct answer found)
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
		own_by_listener(&r, listener_find(&s->listeners, r.local_port));
	farewell_append(n, &r);
	known_remove(&n->sockets, cookie);
}

/* Reads the farewells of one namespace that have come in, as records into n->farewells. Returns how many. */
static int farewells_read(struct netlink *n, struct space *s)
{
	struct diag_message messages[QUESTIONS], open[QUESTIONS];
	struct answer answers[QUESTIONS] = {}, found[QUESTIONS] = {};
	int count = space_farewells(s, n->exchange.buffer, FAREWELL_BYTES, messages, QUESTIONS);
	int asked[QUESTIONS], questions = 0;

	for (int i = 0; i < count; i++) {
		if (!is_open(&messages[i]))
			continue;
		open[questions] = messages[i];
		asked[questions++] = i;
	}
	if (questions && !space_ask(&n->exchange, s, open, questions, answers))
		for (int i = 0; i < questions; i++)
			found[asked[i]] = answers[i];
	for (int i = 0; i < count; i++)
		said_farewell(n, s, &messages[i], found[i]);
	return count;
}

int32_t farewells_drain(struct netlink *n, uint8_t *buffer, uint32_t capacity)
{
	struct bytes *f = &n->farewells;
	size_t bytes;

	if (f->read == f->length) {
		int read = 0;

		f->read = f->length = 0;
		for (size_t i = 0; i < n->space_count; i++)
			for (int count = QUESTIONS; n->spaces[i].inode && count == QUESTIONS && read < FAREWELLS_AT_ONCE; read += count)
				count = farewells_read(n, &n->spaces[i]);
	}
	bytes = f->length - f->read;
	if (bytes > capacity)
		bytes = capacity - capacity % sizeof(struct tcptop_tcp_record);
	if (bytes) /* f->data is NULL until the first farewell */
		memcpy(buffer, f->data + f->read, bytes);
	f->read += bytes;
	return bytes;
}
