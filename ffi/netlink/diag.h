/* SPDX-License-Identifier: MIT */
/* Messages of sock_diag(7), read out of a buffer. No system call, no allocation, no state: fit for a fuzzer. */
#ifndef TCPTOP_DIAG_H
#define TCPTOP_DIAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum diag_kind {
	DIAG_SOCKET,     /* the socket's fields are set */
	DIAG_DONE,       /* a dump has ended; error is 0 or its negative errno */
	DIAG_ERROR,      /* the reply to request `sequence` is negative errno `error` */
	DIAG_OTHER,      /* to be skipped */
};

struct diag_message {
	enum diag_kind kind;
	int32_t error;
	uint32_t sequence;
	uint8_t family;          /* 4 or 6 */
	uint8_t protocol;        /* IPPROTO_x; 0: the message does not have it */
	uint8_t state;
	uint16_t local_port;
	uint16_t remote_port;
	uint8_t local[16];
	uint8_t remote[16];
	uint32_t interface;
	uint64_t cookie;
	uint32_t inode;          /* 0: no process has a descriptor of it */
	uint32_t uid;
	bool has_drops;
	uint32_t drops;          /* sk_drops: packets that the socket dropped, since it was made */
	uint32_t unread;         /* rcv_nxt - copied_seq: bytes that were not read, and the FIN if it was not */
	uint32_t unacknowledged; /* write_seq - snd_una */
	bool has_info;           /* a full socket; TIME_WAIT has none */
	bool has_sent;           /* bytes_sent, bytes_retrans: since 4.19 */
	uint64_t bytes_acked;
	uint64_t bytes_received;
	uint64_t bytes_sent;
	uint64_t bytes_retrans;
	uint32_t not_sent;
	uint32_t segments_in;
	uint32_t segments_out;
	uint32_t rtt_us;
	uint32_t rttvar_us;
	uint32_t cwnd;
	uint32_t retransmits;
	bool has_limits;         /* the next seven: since 4.10 */
	bool app_limited;        /* tcpi_delivery_rate_app_limited */
	uint32_t mss;            /* of what is sent */
	bool lost;               /* tcpi_lost is not 0 */
	bool window_closed;      /* the peer's, where the kernel tells it */
	bool cwnd_limited;       /* as many segments are out as may be */
	uint64_t busy_us;        /* as in struct tcptop_tcp_limits */
	uint64_t peer_window_us;
	uint64_t send_buffer_us;
	uint32_t min_rtt_us;     /* ~0: not measured */
	bool has_path;           /* the next ones, as in struct tcptop_tcp_path: since 4.19 */
	bool has_rto_count;      /* since 6.7 */
	uint32_t moved_ms;       /* since data last moved */
	uint64_t delivery_rate;
	uint64_t pacing_rate;
	uint32_t ssthresh;
	uint32_t rto_count;
	uint32_t ecn_marks;
	uint32_t reord_seen;
	uint32_t dsack_dups;
	char congestion[16];     /* a name, zeros behind it; empty: the message does not have it */
};

/* Reads the message at the start of data. Returns how many bytes it takes up; 0: no whole message is there. */
size_t diag_parse(const uint8_t *data, size_t length, struct diag_message *message);

#endif
