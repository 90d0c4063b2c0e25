/* SPDX-License-Identifier: MIT */
#include "diag.h"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>
#include <string.h>
#include <sys/socket.h>

/* Of struct tcp_info since 5.4 and since 6.7, which the header that this is built with may not have: behind tcpi_reord_seen stand tcpi_rcv_ooopack,
 * tcpi_snd_wnd, tcpi_rcv_wnd, tcpi_rehash and, of 16 bits, tcpi_total_rto. */
#define SND_WND_AT (offsetof(struct tcp_info, tcpi_reord_seen) + 2 * sizeof(uint32_t))
#define TOTAL_RTO_AT (offsetof(struct tcp_info, tcpi_reord_seen) + 5 * sizeof(uint32_t))

static void path_read(struct diag_message *m, const struct tcp_info *info, const uint8_t *data, size_t length)
{
	uint16_t total_rto;

	m->has_path = length >= offsetof(struct tcp_info, tcpi_reord_seen) + sizeof(info->tcpi_reord_seen);
	m->moved_ms = info->tcpi_last_data_sent < info->tcpi_last_data_recv ? info->tcpi_last_data_sent : info->tcpi_last_data_recv;
	m->delivery_rate = info->tcpi_delivery_rate;
	m->pacing_rate = info->tcpi_pacing_rate;
	m->ssthresh = info->tcpi_snd_ssthresh;
	m->ecn_marks = info->tcpi_delivered_ce;
	m->reord_seen = info->tcpi_reord_seen;
	m->dsack_dups = info->tcpi_dsack_dups;
	m->has_rto_count = length >= TOTAL_RTO_AT + sizeof(total_rto);
	if (m->has_rto_count) {
		memcpy(&total_rto, data + TOTAL_RTO_AT, sizeof(total_rto));
		m->rto_count = total_rto;
	}
}

/* Not where the kernel does not tell. */
static bool window_closed(const uint8_t *data, size_t length)
{
	uint32_t window = 1;

	if (length >= SND_WND_AT + sizeof(window))
		memcpy(&window, data + SND_WND_AT, sizeof(window));
	return window == 0;
}

/* struct tcp_info has only ever grown at its end: a shorter one leaves the rest 0. */
static void info_read(struct diag_message *m, const uint8_t *data, size_t length)
{
	struct tcp_info info = {};

	memcpy(&info, data, length < sizeof(info) ? length : sizeof(info));
	m->has_info = length >= offsetof(struct tcp_info, tcpi_segs_out);
	m->has_sent = length >= offsetof(struct tcp_info, tcpi_dsack_dups);
	m->bytes_acked = info.tcpi_bytes_acked;
	m->bytes_received = info.tcpi_bytes_received;
	m->bytes_sent = info.tcpi_bytes_sent;
	m->bytes_retrans = info.tcpi_bytes_retrans;
	m->not_sent = info.tcpi_notsent_bytes;
	m->segments_in = info.tcpi_segs_in;
	m->segments_out = info.tcpi_segs_out;
	m->rtt_us = info.tcpi_rtt;
	m->rttvar_us = info.tcpi_rttvar;
	m->cwnd = info.tcpi_snd_cwnd;
	m->retransmits = info.tcpi_total_retrans;
	m->has_limits = length >= offsetof(struct tcp_info, tcpi_sndbuf_limited) + sizeof(info.tcpi_sndbuf_limited);
	m->app_limited = info.tcpi_delivery_rate_app_limited;
	m->mss = info.tcpi_snd_mss;
	m->lost = info.tcpi_lost;
	m->window_closed = window_closed(data, length);
	m->cwnd_limited = info.tcpi_unacked >= info.tcpi_snd_cwnd;
	m->busy_us = info.tcpi_busy_time;
	m->peer_window_us = info.tcpi_rwnd_limited;
	m->send_buffer_us = info.tcpi_sndbuf_limited;
	m->min_rtt_us = info.tcpi_min_rtt;
	path_read(m, &info, data, length);
}

/* __u32[SK_MEMINFO_VARS], which has grown at its end too: drops are its last since 4.7. */
static void memory_read(struct diag_message *m, const uint8_t *data, size_t length)
{
	m->has_drops = length >= (SK_MEMINFO_DROPS + 1) * sizeof(m->drops);
	if (m->has_drops)
		memcpy(&m->drops, data + SK_MEMINFO_DROPS * sizeof(m->drops), sizeof(m->drops));
}

/* A string of at most TCP_CA_NAME_MAX bytes with its zero. */
static void name_read(char name[16], const uint8_t *data, size_t length)
{
	memcpy(name, data, strnlen((const char *)data, length < 15 ? length : 15));
}

static void attributes_read(struct diag_message *m, const uint8_t *data, size_t length)
{
	struct nlattr attribute;

	while (length >= sizeof(attribute)) {
		size_t whole;

		memcpy(&attribute, data, sizeof(attribute));
		if (attribute.nla_len < sizeof(attribute) || attribute.nla_len > length)
			return;
		if ((attribute.nla_type & NLA_TYPE_MASK) == INET_DIAG_INFO && m->protocol != IPPROTO_UDP)
			info_read(m, data + sizeof(attribute), attribute.nla_len - sizeof(attribute));
		else if ((attribute.nla_type & NLA_TYPE_MASK) == INET_DIAG_CONG)
			name_read(m->congestion, data + sizeof(attribute), attribute.nla_len - sizeof(attribute));
		else if ((attribute.nla_type & NLA_TYPE_MASK) == INET_DIAG_PROTOCOL && attribute.nla_len > sizeof(attribute))
			m->protocol = data[sizeof(attribute)];
		else if ((attribute.nla_type & NLA_TYPE_MASK) == INET_DIAG_SKMEMINFO)
			memory_read(m, data + sizeof(attribute), attribute.nla_len - sizeof(attribute));
		whole = NLA_ALIGN(attribute.nla_len);
		if (whole > length)
			return;
		data += whole;
		length -= whole;
	}
}

static void socket_read(struct diag_message *m, const uint8_t *data, size_t length)
{
	struct inet_diag_msg socket;
	size_t bytes;

	if (length < sizeof(socket))
		return;
	memcpy(&socket, data, sizeof(socket));
	if (socket.idiag_family != AF_INET && socket.idiag_family != AF_INET6)
		return;
	m->kind = DIAG_SOCKET;
	m->family = socket.idiag_family == AF_INET ? 4 : 6;
	m->state = socket.idiag_state;
	m->local_port = ntohs(socket.id.idiag_sport);
	m->remote_port = ntohs(socket.id.idiag_dport);
	bytes = m->family == 4 ? 4 : 16;
	memcpy(m->local, socket.id.idiag_src, bytes);
	memcpy(m->remote, socket.id.idiag_dst, bytes);
	m->interface = socket.id.idiag_if;
	m->cookie = socket.id.idiag_cookie[0] | (uint64_t)socket.id.idiag_cookie[1] << 32;
	m->inode = socket.idiag_inode;
	m->uid = socket.idiag_uid;
	m->unread = socket.idiag_rqueue;
	m->unacknowledged = socket.idiag_wqueue;
	attributes_read(m, data + NLMSG_ALIGN(sizeof(socket)), length - sizeof(socket));
}

static int32_t number_read(const uint8_t *data, size_t length)
{
	int32_t number = 0;

	if (length >= sizeof(number))
		memcpy(&number, data, sizeof(number));
	return number;
}

size_t diag_parse(const uint8_t *data, size_t length, struct diag_message *m)
{
	struct nlmsghdr header;
	const uint8_t *body = data + sizeof(header);
	size_t inside;

	if (length < sizeof(header))
		return 0;
	memcpy(&header, data, sizeof(header));
	if (header.nlmsg_len < sizeof(header) || header.nlmsg_len > length)
		return 0;
	memset(m, 0, sizeof(*m));
	m->kind = DIAG_OTHER;
	m->sequence = header.nlmsg_seq;
	inside = header.nlmsg_len - sizeof(header);
	if (header.nlmsg_type == NLMSG_DONE || header.nlmsg_type == NLMSG_ERROR) {
		m->kind = header.nlmsg_type == NLMSG_DONE ? DIAG_DONE : DIAG_ERROR;
		m->error = number_read(body, inside);
	} else if (header.nlmsg_type == SOCK_DIAG_BY_FAMILY) {
		socket_read(m, body, inside);
	}
	return NLMSG_ALIGN(header.nlmsg_len) < length ? NLMSG_ALIGN(header.nlmsg_len) : length;
}
