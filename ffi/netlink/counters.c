/* SPDX-License-Identifier: MIT */
#include "counters.h"

#include <string.h>

static uint64_t payload_sent(const struct diag_message *m)
{
	return m->bytes_sent > m->bytes_retrans ? m->bytes_sent - m->bytes_retrans : 0;
}

uint64_t sub_or_zero(uint64_t bytes, uint64_t less)
{
	return bytes > less ? bytes - less : 0;
}

/* What was acknowledged or is in flight, as in sock_tx_bytes() of bpf/sock.h: payload, the SYN of an active opener (tcp_ack() in
 * tcp_rcv_synsent_state_process()) and this side's FIN. */
static uint64_t sequence_sent(const struct diag_message *m)
{
	return m->bytes_acked + sub_or_zero(m->unacknowledged, m->not_sent);
}

static bool own_fin_may_be_sent(uint8_t state)
{
	return state == FIN_WAIT1 || state == FIN_WAIT2 || state == CLOSING || state == LAST_ACK;
}

/* A dump has the state. A destroy message has CLOSE: there the payload (bytes_sent - bytes_retrans) is compared with what was sent, unless
 * it is too high, since this machine refused packets; then a connection of which everything is acknowledged is taken to have ended by FIN. */
bool own_fin_sent(const struct diag_message *m, uint8_t direction)
{
	uint64_t left = sub_or_zero(sequence_sent(m), direction == DIRECTION_OUTBOUND), payload = payload_sent(m);

	if (m->state != CLOSE)
		return own_fin_may_be_sent(m->state) && !m->not_sent;
	if (m->has_sent && payload <= left)
		return payload < left;
	return left && !m->unacknowledged;
}

bool sends_were_refused(const struct diag_message *m, uint8_t direction)
{
	return !m->has_sent || payload_sent(m) > sub_or_zero(sequence_sent(m), own_fin_sent(m, direction));
}

/* bytes_sent - bytes_retrans is the payload, unless this machine refused packets. */
static uint64_t sent_bytes(const struct diag_message *m, const struct tcptop_tcp_record *r)
{
	uint64_t left = sub_or_zero(sequence_sent(m), own_fin_sent(m, r->direction));

	if (!sends_were_refused(m, r->direction))
		return payload_sent(m);
	return sub_or_zero(left, r->direction == DIRECTION_OUTBOUND);
}

void fill_counters(struct tcptop_tcp_record *r, const struct diag_message *m, bool fin)
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
bool peer_fin_received(uint8_t state)
{
	return state == CLOSE_WAIT || state == LAST_ACK || state == CLOSING;
}

int64_t acked_beyond_payload(const struct diag_message *m)
{
	return (int64_t)(m->bytes_acked - payload_sent(m));
}

/* write_seq has our FIN from these states on, and snd_una has not. */
static bool own_fin_waits(uint8_t state)
{
	return state == FIN_WAIT1 || state == CLOSING || state == LAST_ACK;
}

/* inet_sk_diag_fill() puts sk_ack_backlog and sk_max_ack_backlog where the queues of others are. */
void fill_listener_limits(struct tcptop_tcp_limits *l, const struct diag_message *m, uint64_t cookie)
{
	*l = (struct tcptop_tcp_limits){ .tag = TAG_TCP_LIMITS, .size = sizeof(*l), .cookie = cookie };
	l->receive_queue = m->unread;
	l->send_queue = m->unacknowledged;
	l->unsent = m->drops;
}

/* As is_refused() of bpf/limits.h. */
static bool is_refused(const struct diag_message *m)
{
	return m->has_sent && m->not_sent && m->not_sent >= m->unacknowledged && acked_beyond_payload(m) < 0;
}

void fill_limits(struct tcptop_tcp_limits *l, const struct diag_message *m, uint64_t cookie)
{
	*l = (struct tcptop_tcp_limits){ .tag = TAG_TCP_LIMITS, .size = m->has_limits ? sizeof(*l) : 0, .cookie = cookie };
	l->sending = (m->app_limited ? SENDING_APP_LIMITED : 0) | (m->cwnd_limited ? SENDING_CWND_LIMITED : 0) |
		     (!m->window_closed && (m->lost || is_refused(m)) ? SENDING_LOST : 0);
	l->busy_us = m->busy_us;
	l->peer_window_us = m->peer_window_us;
	l->send_buffer_us = m->send_buffer_us;
	l->send_queue = sub_or_zero(m->unacknowledged, own_fin_waits(m->state) || m->state == SYN_SENT);
	l->unsent = m->not_sent < l->send_queue ? m->not_sent : l->send_queue;
	if (l->unsent && l->unsent >= m->mss)
		l->sending |= SENDING_SEGMENT_WAITS;
	l->receive_queue = sub_or_zero(m->unread, peer_fin_received(m->state));
	l->min_rtt_us = m->min_rtt_us == ~0u ? 0 : m->min_rtt_us;
}

void fill_path(struct tcptop_tcp_path *p, const struct diag_message *m, uint64_t cookie, uint64_t now_ns)
{
	*p = (struct tcptop_tcp_path){ .tag = TAG_TCP_PATH, .size = m->has_path ? sizeof(*p) : 0, .cookie = cookie };
	p->lacks = LACKS_LOST | (m->has_rto_count ? 0 : LACKS_RTO_COUNT);
	p->moved_ns = m->state == SYN_SENT ? 0 : now_ns - m->moved_ms * 1000000ull;
	p->delivery_rate = m->bytes_acked > 1 ? m->delivery_rate : 0; /* bpf/path.h */
	p->pacing_rate = m->pacing_rate;
	p->mss = m->mss;
	p->ssthresh = m->ssthresh;
	p->rto_count = m->rto_count;
	p->ecn_marks = m->ecn_marks;
	p->reord_seen = m->reord_seen;
	p->dsack_dups = m->dsack_dups;
	memcpy(p->congestion, m->congestion, sizeof(p->congestion));
}

/* tcpi_last_data_sent and _recv are whole jiffies, at most 10 ms, in whole milliseconds. */
#define MOVED_ROUNDING_NS 20000000

bool path_differs(const struct tcptop_tcp_path *before, const struct tcptop_tcp_path *now)
{
	struct tcptop_tcp_path same = *now;

	if (now->moved_ns < before->moved_ns + MOVED_ROUNDING_NS && before->moved_ns < now->moved_ns + MOVED_ROUNDING_NS)
		same.moved_ns = before->moved_ns;
	return memcmp(before, &same, sizeof(same));
}

/* With an empty queue and no FIN sent, only a SYN can be acknowledged beyond the payload. State and queue are read before the counters
 * (inet_sk_diag_fill()), which may include a FIN by then: so socket_complete() prefers what a listener on the port says. */
uint8_t dumped_direction(const struct diag_message *m)
{
	bool quiet = (m->state == ESTABLISHED || m->state == CLOSE_WAIT) && !m->unacknowledged && !m->not_sent;

	if (!m->has_sent || !quiet)
		return DIRECTION_UNKNOWN;
	switch (acked_beyond_payload(m)) {
	case 0: return DIRECTION_INBOUND;
	case 1: return DIRECTION_OUTBOUND;
	default: return DIRECTION_UNKNOWN;
	}
}
