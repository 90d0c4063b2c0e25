/* SPDX-License-Identifier: MIT */
#include "counters.h"

static uint64_t payload_sent(const struct diag_message *m)
{
	return m->bytes_sent > m->bytes_retrans ? m->bytes_sent - m->bytes_retrans : 0;
}

uint64_t without(uint64_t bytes, uint64_t less)
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
bool own_fin_is_out(const struct diag_message *m, uint8_t direction)
{
	uint64_t left = without(sequence_sent(m), direction == DIRECTION_OUTBOUND), payload = payload_sent(m);

	if (m->state != CLOSE)
		return own_fin_may_be_out(m->state) && !m->not_sent;
	if (m->has_sent && payload <= left)
		return payload < left;
	return left && !m->unacknowledged;
}

bool attempts_were_refused(const struct diag_message *m, uint8_t direction)
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
bool fin_is_in(uint8_t state)
{
	return state == CLOSE_WAIT || state == LAST_ACK || state == CLOSING;
}

int64_t acknowledged_beyond(const struct diag_message *m)
{
	return (int64_t)(m->bytes_acked - payload_sent(m));
}

/* While nothing is under way and no FIN is sent, only the SYN can be beyond the payload. State and queue are read before the
 * counters (inet_sk_diag_fill()), which may know of a FIN by then: where somebody listens on the port, that counts for more. */
uint8_t shown_direction(const struct diag_message *m)
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
